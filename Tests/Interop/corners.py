"""Resources that the made-up members lack, so that every search of US Core has something to find."""

import json

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"


def coded(system, code):
    return {"coding": [{"system": system, "code": code}]}


def more(patient):
    """Added to the record of this Patient, which is given as plain values."""
    me = {"reference": f"Patient/{patient['id']}"}
    active = coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")
    problem = coded("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item")
    return [
        {**patient, "deceasedDateTime": "2026-11-01T10:00:00-05:00"},
        {"resourceType": "Device", "id": "corner-device", "status": "active", "type": coded(SNOMED, "19257004"), "patient": me,
         "udiCarrier": [{"deviceIdentifier": "09504000059118"}]},
        {"resourceType": "QuestionnaireResponse", "id": "corner-answers", "questionnaire": "http://loinc.org/q/96777-8", "status": "completed",
         "subject": me, "authored": "2025-03-04T09:00:00Z", "item": [{"linkId": "1", "answer": [{"valueDecimal": 1.50}]}]},
        {"resourceType": "Condition", "id": "corner-problem", "clinicalStatus": active, "category": [problem], "code": coded(SNOMED, "38341003"),
         "subject": me, "encounter": {"reference": "Encounter/corner-visit"}, "recordedDate": "2025-02-03", "onsetDateTime": "2025-02",
         "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate", "valueDateTime": "2025-02-03"}]},
        {"resourceType": "Condition", "id": "corner-past", "category": [problem], "code": coded(SNOMED, "195662009"), "subject": me,
         "clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved"),
         "onsetPeriod": {"start": "2020-01-01"}, "abatementDateTime": "2020-01-20T08:00:00+01:00", "recordedDate": "2020-01-02"},
        {"resourceType": "Encounter", "id": "corner-visit", "status": "finished", "subject": me, "type": [coded(SNOMED, "32485007")],
         "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
         "identifier": [{"system": "https://visits.example", "value": "V 1,2|3"}], "period": {"start": "2025-02-03T08:00:00Z"},
         "location": [{"location": {"reference": "Location/corner-ward"}}],
         "hospitalization": {"dischargeDisposition": coded("http://terminology.hl7.org/CodeSystem/discharge-disposition", "home")}},
        {"resourceType": "Observation", "id": "corner-numbers", "status": "preliminary", "subject": me, "code": coded(LOINC, "2339-0"),
         "category": [coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")], "effectiveDateTime": "2025-03",
         "valueQuantity": {"value": 5.40, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
         "device": {"reference": "Device/corner-device"}, "performer": [{"reference": "PractitionerRole/corner-role"}]},
        {"resourceType": "DocumentReference", "id": "corner-letter", "status": "current", "subject": me, "type": coded(LOINC, "18842-5"),
         "category": [coded("http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", "clinical-note")],
         "date": "2025-02-04T10:00:00Z", "context": {"period": {"start": "2025-02-03", "end": "2025-02-04"}},
         "content": [{"attachment": {"contentType": "text/plain", "data": "SGVsbG8="}}]},
        {"resourceType": "Goal", "id": "corner-goal", "lifecycleStatus": "active", "description": coded(SNOMED, "281004000"), "subject": me,
         "target": [{"dueDate": "2027-01-31"}]},
        {"resourceType": "Media", "id": "corner-picture", "status": "completed", "subject": me, "createdDateTime": "2025-02-03",
         "content": {"contentType": "image/png", "url": "https://pictures.example/1"}},
        {"resourceType": "MedicationRequest", "id": "corner-order", "status": "active", "intent": "order", "subject": me,
         "encounter": {"reference": "Encounter/corner-visit"}, "authoredOn": "2025-02-03",
         "medicationReference": {"reference": "Medication/corner-drug"}},
        {"resourceType": "Medication", "id": "corner-drug", "code": coded("http://www.nlm.nih.gov/research/umls/rxnorm", "313820")},
        {"resourceType": "Location", "id": "corner-ward", "status": "active", "name": "Été Ward",
         "address": {"line": ["1 Main Street"], "city": "Épinal", "state": "MA", "postalCode": "01603"}},
        {"resourceType": "Organization", "id": "corner-clinic", "active": True, "name": "Corner Clinic", "address": [{"city": "Salem"}]},
        {"resourceType": "Practitioner", "id": "corner-doctor", "name": [{"family": "Nuñez", "given": ["Zoë"]}],
         "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "9999999999"}]},
        {"resourceType": "PractitionerRole", "id": "corner-role", "specialty": [coded("http://nucc.org/provider-taxonomy", "207R00000X")],
         "practitioner": {"reference": "Practitioner/corner-doctor"}, "organization": {"reference": "Organization/corner-clinic"},
         "endpoint": [{"reference": "Endpoint/corner-mail"}]},
        {"resourceType": "Endpoint", "id": "corner-mail", "status": "active", "payloadType": [{"text": "any"}], "address": "https://mail.example",
         "connectionType": {"system": "http://terminology.hl7.org/CodeSystem/endpoint-connection-type", "code": "direct-project"}},
    ]


def write(patient, path):
    # A decimal keeps its last zero, which json.dumps would not write.
    path.write_text("".join(json.dumps(resource) + "\n" for resource in more(patient)).replace('"value": 5.4,', '"value": 5.40,'))
