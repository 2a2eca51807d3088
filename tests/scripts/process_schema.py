"""Validates process files against the schema that `process schema` prints, as an editor does.

    process_schema.py SCHEMA FILE...

Prints for each file `NAME: ` and the path of its first mistake, or `sound`; `missing: ...` without `jsonschema`.
"""

import json
import pathlib
import sys
import tomllib

try:
    import jsonschema
except ImportError as error:
    print(f"missing: {error.name}")
    sys.exit(0)

schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for name in map(pathlib.Path, sys.argv[2:]):
    # Dates are written as texts in JSON.
    written = json.loads(json.dumps(tomllib.loads(name.read_text()), default=str))
    mistakes = sorted(validator.iter_errors(written), key=lambda mistake: list(map(str, mistake.absolute_path)))
    said = "/".join(map(str, mistakes[0].absolute_path)) + f" ({mistakes[0].validator})" if mistakes else "sound"
    print(f"{name.stem}: {said}")
