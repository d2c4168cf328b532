"""fhirstarter's own example, as small as it goes: a Patient is made from what is stored, for each read."""
import json
import os
from pathlib import Path

from fhir.resources.R4B.patient import Patient
from fhirstarter import FHIRProvider, FHIRStarter, InteractionContext
from fhirstarter.exceptions import FHIRResourceNotFoundError

stored = {"example": json.loads(Path(os.environ["PATIENT"]).read_text())}
app = FHIRStarter()
provider = FHIRProvider()


@provider.read(Patient)
async def patient_read(context: InteractionContext, id_: str) -> Patient:
    if id_ not in stored:
        raise FHIRResourceNotFoundError
    return Patient(**stored[id_])


app.add_providers(provider)
