"""A slow and obvious search over plain values, written from the texts of FHIR R4 and US Core and not from the server's table."""

import datetime
import unicodedata

UTC = datetime.timezone.utc
EARLIEST, LATEST = datetime.datetime.min.replace(tzinfo=UTC), datetime.datetime.max.replace(tzinfo=UTC)
ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"

# Where a parameter looks, where that is not the element of its own name.
PATHS = {
    "_id": ["id"], "patient": ["patient", "subject"], "clinical-status": ["clinicalStatus"], "lifecycle-status": ["lifecycleStatus"],
    "onset-date": ["onsetDateTime", "onsetPeriod"], "abatement-date": ["abatementDateTime", "abatementPeriod"],
    "recorded-date": ["recordedDate"], "target-date": ["target.dueDate"], "authoredon": ["authoredOn"],
    "discharge-disposition": ["hospitalization.dischargeDisposition"], "birthdate": ["birthDate"], "death-date": ["deceasedDateTime"],
    "family": ["name.family"], "given": ["name.given"], "address-city": ["address.city"], "address-state": ["address.state"],
    "address-postalcode": ["address.postalCode"], "CareTeam.role": ["participant.role"], "CarePlan.date": ["period"],
    "Encounter.date": ["period"], "DocumentReference.period": ["context.period"], "Encounter.location": ["location.location"],
    "Immunization.date": ["occurrenceDateTime"], "ServiceRequest.authored": ["authoredOn"],
    "DiagnosticReport.date": ["effectiveDateTime", "effectivePeriod"], "Observation.date": ["effectiveDateTime", "effectivePeriod"],
    "Procedure.date": ["performedDateTime", "performedPeriod"], "Location.name": ["name", "alias"], "Organization.name": ["name", "alias"],
}


def elements(resource, name):
    """The elements that the parameter of this name looks at."""
    if name == "asserted-date":
        return [each["valueDateTime"] for each in resource.get("extension", []) if each["url"] == ASSERTED]
    paths = PATHS.get(f"{resource['resourceType']}.{name}") or PATHS.get(name) or [name]
    return [found for path in paths for found in inside(resource, path.split("."))]


def inside(value, steps):
    if isinstance(value, list):
        return [found for each in value for found in inside(each, steps)]
    if not steps:
        return [value]
    return inside(value[steps[0]], steps[1:]) if isinstance(value, dict) and steps[0] in value else []


def matches(resource, kind, name, value, base=""):
    """Whether the resource is one that `name=value` finds; a comma is or."""
    test = {"token": is_token, "date": is_date, "string": is_string, "reference": is_reference, "uri": lambda a, b, _: a == b}[kind]
    return any(test(element, part, base) for part in value.split(",") for element in elements(resource, name))


# Tokens: (system, code) of whatever holds codes.

def codes(element):
    if isinstance(element, str):
        return [(None, element)]
    if "coding" in element:
        return [(coding.get("system"), coding.get("code")) for coding in element["coding"]]
    if "value" in element:
        return [(element.get("system"), element["value"])]
    return [(element.get("system"), element.get("code"))]


def is_token(element, value, _):
    system, bar, code = value.rpartition("|")
    return any(code == known and (not bar or system == own) for own, known in codes(element))


# References.

def is_reference(element, value, base):
    reference = element if isinstance(element, str) else element.get("reference", "")
    value = value.removeprefix(base + "/")
    return reference == value or ("/" not in value and reference.rpartition("/")[2] == value)


# Strings: the beginning of any part, whatever the case and the accents.

def folded(text):
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def texts(element):
    if isinstance(element, dict):
        element = [part for name, part in element.items() if name not in ("use", "type", "period", "extension", "id")]
    return [element] if isinstance(element, str) else [text for part in element for text in texts(part)]


def is_string(element, value, _):
    return any(folded(text).startswith(folded(value)) for text in texts(element))


# Dates: ranges from the first moment meant up to the first that is not (FHIR R4 search, 3.1.1.4.6).

def span(text):
    if "T" not in text:
        parts = [int(part) for part in text.split("-")]
        low = datetime.datetime(*(parts + [1, 1])[:3], tzinfo=UTC)
        if len(parts) == 3:
            return low, low + datetime.timedelta(days=1)
        month = low.month % 12 + 1 if len(parts) == 2 else 1
        return low, low.replace(year=low.year + (month == 1), month=month)
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment, moment + (datetime.timedelta(milliseconds=1) if "." in text else datetime.timedelta(seconds=1))


def range_of(element):
    if isinstance(element, str):
        return span(element)
    return span(element["start"])[0] if "start" in element else EARLIEST, span(element["end"])[1] if "end" in element else LATEST


def is_date(element, value, _):
    prefix, text = (value[:2], value[2:]) if value[:2].isalpha() else ("eq", value)
    (low, high), (first, last) = range_of(element), span(text)
    within, above, below = first <= low and high <= last, high > last, low < first
    return {"eq": within, "ne": not within, "gt": above, "lt": below, "ge": above or within, "le": below or within}[prefix]


# What to ask, so that the resource the values come from must be found.

def askings(resource, kind, name, base):
    """For one parameter the lists of values to try; the values of one list must all hold. Empty if the resource has none."""
    found = elements(resource, name)
    if kind == "token":
        pairs = [pair for element in found for pair in codes(element) if pair[1]]
        return [[way] for system, code in pairs[:1] for way in [code, *([f"{system}|{code}"] if system else []), f"{code},none-such", f"none-such,{code}"]]
    if kind == "reference":
        names = [element["reference"] if isinstance(element, dict) else element for element in found]
        return [[way] for name in names[:1] for way in ([name] if ":" in name else [name.rpartition("/")[2], name, f"{base}/{name}"])]
    if kind == "string":
        words = [text for element in found for text in texts(element)]
        return [[way] for word in words[:1] for way in (word, folded(word), word[:3])]
    if kind == "uri":
        return [[element] for element in found[:1]]
    return [way for element in found[:1] for way in dates(element)]


def dates(element):
    low, high = range_of(element)
    low, high = (low if low > EARLIEST else high), (high if high < LATEST else low)
    day = datetime.timedelta(days=1)
    before, after = f"{low - day:%Y-%m-%d}", f"{high + day:%Y-%m-%d}"
    ways = [["gt" + before], ["lt" + after], ["ge" + before], ["le" + after], ["ge" + before, "le" + after], ["gt" + before, "lt" + after]]
    if isinstance(element, str):
        ways += [[element], ["ge" + element], ["le" + element], [f"{low:%Y-%m-%dT%H:%M}:00Z,{element}"]]
    return ways
