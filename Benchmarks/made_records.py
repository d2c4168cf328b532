"""Writes NDJSON of made-up members: Patients and Observations of about 900 bytes. made_records.py RESOURCES FILE"""

import json
import sys

count, path = int(sys.argv[1]), sys.argv[2]
PER_MEMBER = 100
with open(path, "w") as file:
    for member in range(count // PER_MEMBER):
        patient = f"bench-{member}"
        file.write(json.dumps({"resourceType": "Patient", "id": patient, "name": [{"family": f"Bench{member}", "given": ["A"]}], "birthDate": "1980-02-03"}) + "\n")
        for number in range(PER_MEMBER - 1):
            file.write(json.dumps({
                "resourceType": "Observation", "id": f"{patient}-{number}", "status": "final", "subject": {"reference": f"Patient/{patient}"},
                "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
                "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}], "text": "Body weight"},
                "effectiveDateTime": f"20{number % 25:02}-05-01", "valueQuantity": {"value": number, "unit": "kg", "code": "kg"},
                "note": [{"text": "made up " * 50}],
            }) + "\n")
