"""Reads `/metrics` with the Prometheus client's own parser, and holds the text to what that parser lets pass."""

import re

import requests
from prometheus_client.parser import text_string_to_metric_families

LINE = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="(\\[\\"n]|[^"\\\n])*",?)*\})? (\+Inf|-?[0-9.eE+-]+)$')


class Metrics:
    """One scrape."""

    def __init__(self, port):
        answer = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=120)
        assert answer.status_code == 200 and answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        self.text = answer.text
        self._hold_to_the_format()
        self.families = {family.name: family for family in text_string_to_metric_families(self.text)}
        self.samples = {(s.name, frozenset(s.labels.items())): s.value for family in self.families.values() for s in family.samples}
        for family in self.families.values():
            if family.type == "histogram":
                self._hold_to_a_histogram(family)

    def _hold_to_the_format(self):
        """As `promtool check metrics`: HELP and TYPE once, before the samples, samples of a family together, none twice."""
        assert self.text.endswith("\n")
        typed, helped, current, seen, closed = {}, set(), None, set(), set()
        for line in self.text.splitlines():
            if line.startswith("# "):
                kind, name = line[2:].split(" ")[:2]
                assert kind in ("HELP", "TYPE") and len(line.split(" ", 3)) > 3, line
                if kind == "HELP":
                    assert name not in helped, line
                    helped.add(name)
                else:
                    assert name not in typed and name in helped, line
                    typed[name] = line.split(" ")[3]
                if current and current != name:
                    closed.add(current)
                assert name not in closed, line
                current = name
                continue
            assert LINE.match(line), line
            series = line.rsplit(" ", 1)[0]
            assert series not in seen, line
            seen.add(series)
            name = series.split("{")[0]
            base = re.sub("_(bucket|sum|count)$", "", name) if typed.get(current) == "histogram" else name
            assert base == current, line
            if typed[base] == "counter":
                assert name.endswith("_total"), line

    def _hold_to_a_histogram(self, family):
        rows = {}
        for s in family.samples:
            key = frozenset((k, v) for k, v in s.labels.items() if k != "le")
            rows.setdefault(key, {"buckets": []})
            if s.name.endswith("_bucket"):
                rows[key]["buckets"].append((float(s.labels["le"]), s.value))
            else:
                rows[key][s.name.removeprefix(family.name)] = s.value
        for row in rows.values():
            bounds, counts = zip(*row["buckets"])
            assert list(bounds) == sorted(set(bounds)) and bounds[-1] == float("inf")
            assert list(counts) == sorted(counts) and counts[-1] == row["_count"] and row["_sum"] >= 0

    def value(self, name, **labels):
        return self.samples.get((name, frozenset(labels.items())), 0)

    def requests(self, route=None, status=None, surface=None):
        wanted = {k: v for k, v in {"route": route, "status": status, "surface": surface}.items() if v}
        return sum(v for (name, labels), v in self.samples.items() if name == "payerbridge_requests_total" and wanted.items() <= dict(labels).items())
