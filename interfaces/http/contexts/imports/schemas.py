"""Schemas of imports."""

from typing import ClassVar

from application.jobs import JobState
from interfaces.http.contexts.jobs.schemas import JobErrorOut, JobProgressOut
from interfaces.http.schemas.base import BodyIn, BodyOut, QueryIn
from interfaces.http.schemas.common import PageOut, ReadOut, StoredOut
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Flag,
    Id,
    Instant,
    Many,
    Part,
    Prose,
    Text,
    Whole,
    Word,
)
from interfaces.http.schemas.fields.numbers import MANY
from interfaces.imports.kinds import KINDS
from interfaces.imports.presets import PRESETS

MOST_COLUMNS = 500
UPLOADED = "uploaded"
"""The state of an import of which no job was asked yet."""


class UploadQuery(QueryIn):
    """The file's name, which says how it is read: .jsonl, .ndjson and .json are JSON lines, all others CSV."""

    file_name = Text(required=True, metadata={"examples": ["orders.csv"]})


class SampleQuery(QueryIn):
    """How to read the file, where that is known, and a kind of rows, whose fields the answer lists."""

    kind = Word(list(KINDS))
    delimiter = Text(longest=10)
    encoding = Text()


class MappedColumnIn(BodyIn):
    """A column with the field that it fills. `column`: several columns joined by plus signs fill one field."""

    column = Text(required=True, longest=LONGEST_NUMBER, metadata={"examples": ["Order no."]})
    field = Text(required=True, longest=LONGEST_NUMBER, metadata={"examples": ["number"]})


class ConstantIn(BodyIn):
    """A field that has the same value in every row."""

    field = Text(required=True, longest=LONGEST_NUMBER, metadata={"examples": ["currency"]})
    value = Text(required=True, longest=LONGEST_NUMBER, metadata={"examples": ["EUR"]})


class RunImportIn(BodyIn):
    """How the file is imported. The fields are the options of `farley import`, which the manual describes.

    `dry_run`: reads and checks every row, and stores nothing. `source`: the system that numbers the rows; by default
    the file's name without its extension. `key`: the columns that identify a row in the source. `map`: columns with the
    fields that they fill; other columns have the names of their fields, unless `mapped_only` leaves them out. `set`:
    fields with the same value in every row.
    """

    kind = Word(list(KINDS), required=True)
    dry_run = Flag(load_default=False)
    preset = Word(list(PRESETS))
    source = Text()
    key = Many(Text(), most=MOST_COLUMNS)
    zone = Text(metadata={"examples": ["Europe/Berlin"]})
    dates = Many(Text(), most=MOST_COLUMNS)
    decimal = Word([",", "."])
    null = Many(Text(), most=MOST_COLUMNS)
    delimiter = Text(longest=10, metadata={"examples": [";"]})
    encoding = Text(metadata={"examples": ["latin-1"]})
    header = Many(Text(), most=MOST_COLUMNS)
    map = Many(Part(MappedColumnIn), most=MOST_COLUMNS)
    set = Many(Part(ConstantIn), most=MOST_COLUMNS)
    mapped_only = Flag()
    example: ClassVar = {
        "kind": "customers",
        "dry_run": True,
        "source": "shop",
        "map": [{"column": "Full name", "field": "name"}],
        "set": [{"field": "kind", "value": "person"}],
    }


class MappedColumnOut(BodyOut):
    """A column with the field that it fills."""

    column = Text(required=True, longest=LONGEST_NUMBER)
    field = Text(required=True, longest=LONGEST_NUMBER)


class ConstantOut(BodyOut):
    """A field that has the same value in every row."""

    field = Text(required=True, longest=LONGEST_NUMBER)
    value = Text(required=True, longest=LONGEST_NUMBER)


class AskedImportOut(BodyOut):
    """How the last job was asked to import the file: the body of that request."""

    kind = Word(list(KINDS), required=True)
    dry_run = Flag(required=True)
    preset = Word(list(PRESETS))
    source = Text()
    key = Many(Text())
    zone = Text()
    dates = Many(Text())
    decimal = Text()
    null = Many(Text())
    delimiter = Text()
    encoding = Text()
    header = Many(Text())
    map = Many(Part(MappedColumnOut))
    set = Many(Part(ConstantOut))
    mapped_only = Flag()


class ImportErrorOut(BodyOut):
    """What is wrong with a row. `path`: the field. `column`: the column of the file, if it is about one."""

    path = Prose(required=True, shortest=0)
    code = Text(required=True)
    message = Prose(required=True)
    column = Prose()


class RefusedImportRowOut(BodyOut):
    """A refused row: its first and last line in the file, from 1, and all that is wrong with it."""

    line = Whole(required=True, low=0, high=MANY)
    last_line = Whole(required=True, low=0, high=MANY)
    errors = Many(Part(ImportErrorOut), required=True)


class UndeclaredOut(BodyOut):
    """A stored name that is not declared, and the nearest declared name."""

    path = Prose(required=True)
    nearest = Prose(allow_none=True)


class ImportReportOut(BodyOut):
    """What came of the rows so far: `rows` is the sum of accepted, duplicates and refused.

    `duplicates`: rows that were stored before. If the process was killed, up to 500 rows that it had just stored are
    among them. `rows_per_second`: of the last attempt. `first_refused`: the first 100 refused rows. `completed_dates`:
    how many dates got a time or an offset. `possible_doubles`: lines of new customers with an external id of another
    customer.
    """

    rows = Whole(required=True, low=0, high=MANY)
    accepted = Whole(required=True, low=0, high=MANY)
    duplicates = Whole(required=True, low=0, high=MANY)
    refused = Whole(required=True, low=0, high=MANY)
    rows_per_second = Whole(low=0, high=MANY)
    first_refused = Many(Part(RefusedImportRowOut))
    completed_dates = Whole(low=0, high=MANY)
    possible_doubles = Many(Whole(low=0, high=MANY))
    undeclared = Many(Part(UndeclaredOut))


class ImportOut(StoredOut):
    """An import: its file, and what the last job does with it.

    `state`: `uploaded` until a job was asked, then the job's. `has_file`: whether the file is still there to be
    imported. It is deleted once its rows are stored, or after 24 hours. `attempts`: how often the job was begun.
    `asked`: the body by which it was asked. `error`: of a job that failed.
    """

    import_id = Id(required=True)
    owner = Text(required=True)
    file_name = Text(required=True)
    file_bytes = Whole(required=True, low=0, high=MANY)
    has_file = Flag(required=True)
    uploaded_at = Instant(required=True)
    state = Word([UPLOADED, *JobState], required=True)
    job_id = Id()
    kind = Word(list(KINDS))
    source = Text()
    dry_run = Flag()
    attempts = Whole(low=0, high=MANY)
    asked = Part(AskedImportOut)
    asked_at = Instant()
    ended_at = Instant()
    progress = Part(JobProgressOut)
    report = Part(ImportReportOut)
    error = Part(JobErrorOut)


class ImportsOut(PageOut):
    """Imports, the last uploaded first, without their first refused rows."""

    items = Many(Part(ImportOut), required=True)


class SampleOut(ReadOut):
    """The first rows of a file. `delimiter`, `encoding`: how they were read; a delimiter is of CSV only.

    `rows`: lists of cells in the order of the columns. `possible_fields`: those
    that a column can fill, of the asked kind.
    """

    columns = Many(Prose(shortest=0), required=True)
    rows = Many(Many(Prose(shortest=0)), required=True)
    json_lines = Flag(required=True)
    delimiter = Text()
    encoding = Text(required=True)
    possible_fields = Many(Text())
