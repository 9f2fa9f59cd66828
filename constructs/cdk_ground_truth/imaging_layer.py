"""The Lambda layer with numpy and Pillow."""

from cdk_ground_truth._wheel_layer import WheelLayer


class ImagingLayer(WheelLayer):
    """Defines the layer of the functions that compute on images, for one kind of settings."""

    requirements = "requirements.txt"
    contents = "numpy and Pillow"
    purpose = "the labeling hooks"
