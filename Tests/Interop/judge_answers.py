"""Judges the FHIR answers that the Swift tests kept: judge_answers.py FOLDER. Fails at what is not valid, and when there are none.

Answers from generated records are judged without the insides of those records, which have what is searched and not all that is required.
"""

import base64
import concurrent.futures
import gzip
import itertools
import pathlib
import re
import sys

import fhirkit

RECORD = re.compile(r"^Bundle\.entry\[\d+\]\.resource\b")
FRAMES = ("Bundle", "OperationOutcome", "CapabilityStatement")


def errors(line, is_generated):
    request, coding, body = line.split(b"\t")
    body = base64.b64decode(body)
    if coding == b"gzip" and body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    resource = fhirkit.parse(body)
    found = [str(issue) for issue in resource.issues if issue.severity == "error"]
    if is_generated:
        frame = re.match(rb'\s*\{\s*"resourceType"\s*:\s*"(\w+)"', body)
        kept = frame and frame.group(1).decode() in FRAMES
        found = [issue for issue in found if kept and not RECORD.match(issue.partition(" at ")[2])]
    return [f"{request.decode()}: {issue}" for issue in found]


def judge(lines, is_generated):
    return len(lines), [error for line in lines for error in errors(line, is_generated)]


def main(folder):
    total, bad = 0, []
    with concurrent.futures.ProcessPoolExecutor() as pool:
        waiting = []
        for name in ("whole", "generated"):
            with open(pathlib.Path(folder) / name, "rb") as file:
                while lines := list(itertools.islice(file, 200)):
                    waiting.append(pool.submit(judge, lines, name == "generated"))
        for each in waiting:
            count, found = each.result()
            total += count
            bad += found
    for line in bad[:20]:
        print(line[:500])
    print(f"{total} FHIR answers of the Swift tests judged by fhirkit-rs, {len(bad)} objections")
    return 0 if total and not bad else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
