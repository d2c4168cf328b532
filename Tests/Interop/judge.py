"""Judges every FHIR answer that any test gets through `requests`, whatever the test itself looks at."""

import fhirkit
import requests

FHIR = "application/fhir+json"


class Judge:
    def __init__(self):
        self.count = 0
        self._send = requests.Session.send

    def __enter__(self):
        send = self._send

        def judged(session, request, **more):
            answer = send(session, request, **more)
            # Whoever asks for the bytes as they come reads them itself.
            if not more.get("stream"):
                self.look(answer)
            return answer

        requests.Session.send = judged
        return self

    def __exit__(self, *_):
        requests.Session.send = self._send

    def look(self, answer):
        if not answer.headers.get("Content-Type", "").startswith(FHIR) or answer.request.method == "HEAD" or not answer.content:
            return
        self.count += 1
        errors = [str(issue) for issue in fhirkit.validate(answer.content) if issue.severity == "error"]
        assert not errors, f"{answer.request.method} {answer.url} answered {answer.status_code} with what is not valid: {errors[:5]}"
