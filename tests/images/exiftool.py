"""exiftool as judge of what a file still tells."""

import json
import subprocess
from pathlib import Path
from typing import Any

# What every picture has to say of itself: its structure, and the colour data of its profile.
STRUCTURAL = {
    "File:FileType",
    "File:FileTypeExtension",
    "File:MIMEType",
    "File:ImageWidth",
    "File:ImageHeight",
    "File:EncodingProcess",
    "File:BitsPerSample",
    "File:ColorComponents",
    "File:YCbCrSubSampling",
    "Composite:ImageSize",
    "Composite:Megapixels",
    "JFIF:JFIFVersion",
    "JFIF:ResolutionUnit",
    "JFIF:XResolution",
    "JFIF:YResolution",
    "Adobe:DCTEncodeVersion",
    "Adobe:APP14Flags0",
    "Adobe:APP14Flags1",
    "Adobe:ColorTransform",
    "PNG:ImageWidth",
    "PNG:ImageHeight",
    "PNG:BitDepth",
    "PNG:ColorType",
    "PNG:Compression",
    "PNG:Filter",
    "PNG:Interlace",
    "PNG:Palette",
    "PNG:Transparency",
    "PNG:Gamma",
    "PNG:SRGBRendering",
    "PNG:SignificantBits",
    "PNG:ProfileName",
    "PNG-cICP:ColorPrimaries",
    "PNG-cICP:TransferCharacteristics",
    "PNG-cICP:MatrixCoefficients",
    "PNG-cICP:VideoFullRangeFlag",
    *(f"PNG:{color}{axis}" for color in ("WhitePoint", "Red", "Green", "Blue") for axis in "XY"),
}
# A neutral profile's texts are fixed, and its date and makers are empty.
NEUTRAL = {
    "ICC_Profile:ProfileDescription": "Colour profile",
    "ICC_Profile:ProfileCopyright": "No rights",
    "ICC-header:ProfileDateTime": "0000:00:00 00:00:00",
    "ICC-header:DeviceManufacturer": "",
    "ICC-header:DeviceModel": "",
    "ICC-header:ProfileCreator": "",
    "ICC-header:ProfileCMMType": "",
    "ICC-header:PrimaryPlatform": "Unknown ()",
    "ICC-header:ProfileID": 0,
}
EXIFTOOL = Path(__file__).resolve().parents[2] / "node_modules" / "exiftool-vendored.pl" / "bin" / "exiftool"
COLOUR = ("ICC-header:", "ICC_Profile:")


def tags(path: Path) -> dict[str, Any]:
    """Every tag that exiftool finds, by group and name."""
    if not EXIFTOOL.is_file():
        raise AssertionError("these tests need exiftool as judge: `make setup` installs it into node_modules")
    command = ["perl", str(EXIFTOOL), "-j", "-a", "-u", "-U", "-G1", "-ee", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    result: dict[str, Any] = json.loads(done.stdout)[0]
    return {name: value for name, value in result.items() if not name.startswith(_OF_THE_DISK) and name != "SourceFile"}


def telling(path: Path) -> dict[str, Any]:
    """The tags that should not be there."""
    return {
        name: value
        for name, value in tags(path).items()
        if name not in STRUCTURAL
        and NEUTRAL.get(name) != value
        and not (name.startswith(COLOUR) and name not in NEUTRAL and name.partition(":")[2] in COLOUR_TAGS)
    }


COLOUR_TAGS = {
    "ProfileVersion", "ProfileClass", "ColorSpaceData", "ProfileConnectionSpace", "ProfileFileSignature",
    "CMMFlags", "DeviceAttributes", "RenderingIntent", "ConnectionSpaceIlluminant",
    "MediaWhitePoint", "MediaBlackPoint", "ChromaticAdaptation",
    "RedMatrixColumn", "GreenMatrixColumn", "BlueMatrixColumn",
    "RedTRC", "GreenTRC", "BlueTRC", "GrayTRC", "AToB0", "AToB1", "AToB2", "BToA0", "BToA1", "BToA2",
}  # fmt: skip
_OF_THE_DISK = ("ExifTool:", "System:", "UserParam", "Composite:Directory")
