"""The parts of ``ground-truth report``: what is told, the pictures, and the page that shows both."""
