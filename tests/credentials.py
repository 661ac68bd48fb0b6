"""The manifests of a file, as the C2PA library reads them."""

import json

from passerby.core.errors import VerificationError
from passerby.verify.report.c2pa import FORMATS


def read_credentials(file):
    """Raises VerificationError when there is none. Nothing is fetched from the network."""
    import c2pa

    settings = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    try:
        context = c2pa.Context(c2pa.Settings.from_dict(settings))
        with file.open("rb") as stream, c2pa.Reader(FORMATS[file.suffix.lower()], stream, context=context) as reader:
            return json.loads(reader.json())
    except (c2pa.C2paError, KeyError) as error:
        raise VerificationError(f"{file.name} has no C2PA manifest that can be read: {error}.") from error
