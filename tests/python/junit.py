"""Reads JUnit files as others do: `junit.py SCHEMA... -- FILE...` prints what they hold as JSON.

Each file is held against every schema (lxml) and read by a parser that knows nothing of bronkeur (junitparser).
"""

import json
import sys

from junitparser import JUnitXml
from lxml import etree


def case(read):
    results = read.result or []
    return {
        "name": read.name,
        "classname": read.classname,
        "time": read.time,
        "results": [
            {"kind": type(one).__name__, "type": one.type, "message": one.message, "text": one.text or ""}
            for one in results
        ],
    }


def suite(read):
    return {
        "name": read.name,
        "tests": read.tests,
        "failures": read.failures,
        "errors": read.errors,
        "skipped": read.skipped,
        "time": read.time,
        "timestamp": read.timestamp,
        "properties": {one.name: one.value for one in read.properties()},
        "cases": [case(one) for one in read],
    }


def main(arguments):
    schemas, files = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    found = []
    for name in files:
        faults = []
        for path in schemas:
            schema = etree.XMLSchema(etree.parse(path))
            schema.validate(etree.parse(name))
            faults += [f"{path}: {error.message}" for error in schema.error_log]
        found.append({"faults": faults, "suites": [suite(one) for one in JUnitXml.fromfile(name)]})
    json.dump(found, sys.stdout)


main(sys.argv[1:])
