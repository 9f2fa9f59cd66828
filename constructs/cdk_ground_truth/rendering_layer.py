"""The Lambda layer with python-liquid."""

from cdk_ground_truth._wheel_layer import WheelLayer


class RenderingLayer(WheelLayer):
    """Defines the layer of the functions that render workers' pages, for one kind of settings."""

    requirements = "requirements-rendering.txt"
    contents = "python-liquid"
    purpose = "the functions that render workers' pages"
    # Every language and time zone of the world, 34 of 37 MB, for filters that Ground Truth does not have.
    left_out = ("babel/locale-data", "pytz/zoneinfo")
