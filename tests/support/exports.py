"""Small exports as other programs write them, by file name, and a workbook writer for them."""

import gzip
import io
import json
from datetime import date, datetime
from xml.sax.saxutils import escape
from zipfile import ZipFile, ZipInfo

__all__ = ["EXPORTS", "RULES", "workbook"]

#: Rules that have the metrics of all exports.
RULES = """\
metrics = [
  { key = "reviews" }, { key = "meditate" }, { key = "wake" }, { key = "distance" }, { key = "steps" },
  { key = "words" }, { key = "xp" }, { key = "lessons" }, { key = "payments" }, { key = "pushes" }, { key = "pages" },
]
attributes = [{ key = "sport", type = "event" }]
[[streaks]]
key = "daily"
metrics = [{ key = "meditate" }, { key = "lessons" }, { key = "steps", threshold = 5000 }]
"""


def _lines(*objects):
    return "".join(json.dumps(one) + "\n" for one in objects).encode()


def workbook(sheets):
    """Return a workbook of rows of cells (text, numbers, booleans, dates and times) by the name of each sheet."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
            for number in numbers
        )
        archive.writestr(
            ZipInfo("[Content_Types].xml"),
            f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{overrides}</Types>',
        )
        archive.writestr(
            ZipInfo("_rels/.rels"),
            f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in zip(numbers, sheets, strict=True)
        )
        archive.writestr(
            ZipInfo("xl/workbook.xml"),
            f'{head}<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
        )
        parts = "".join(
            f'<Relationship Id="rId{number}" Type="{office}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number in numbers
        )
        archive.writestr(
            ZipInfo("xl/_rels/workbook.xml.rels"),
            f'{head}<Relationships xmlns="{package}/relationships">{parts}<Relationship Id="rId99" '
            f'Type="{office}/styles" Target="styles.xml"/></Relationships>',
        )
        formats = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 22))
        archive.writestr(
            ZipInfo("xl/styles.xml"),
            f'{head}<styleSheet xmlns="{main}"><cellXfs count="3">{formats}</cellXfs></styleSheet>',
        )
        for number, rows in zip(numbers, sheets.values(), strict=True):
            body = "".join(_row(line, cells) for line, cells in enumerate(rows, start=1))
            archive.writestr(
                ZipInfo(f"xl/worksheets/sheet{number}.xml"),
                f'{head}<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return content.getvalue()


def _row(line, cells):
    return (
        f'<row r="{line}">{"".join(_cell(cell, f"{chr(65 + place)}{line}") for place, cell in enumerate(cells))}</row>'
    )


def _cell(cell, place):
    match cell:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
        case datetime():
            return f'<c r="{place}" s="2"><v>{(cell - datetime(1899, 12, 30)).total_seconds() / 86_400!r}</v></c>'  # noqa: DTZ001  # local times
        case date():
            return f'<c r="{place}" s="1"><v>{(cell - date(1899, 12, 30)).days}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{cell!r}</v></c>'
        case _:
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'


_AMPLITUDE = _lines(
    *(
        {
            "$insert_id": f"i{number}",
            "event_time": f"2024-01-0{day} 10:00:00.123000",
            "event_type": name,
            "user_id": user,
            "event_properties": {"minutes": 5},
            "uuid": f"u{number}",
        }
        for number, (day, name, user) in enumerate(
            [
                (5, "Lesson Completed", "ann@example.org"),
                (6, "Lesson Completed", "ben@example.org"),
                (6, "[Amplitude] Start Session", "ben@example.org"),
            ]
        )
    )
)

#: The content of each export.
EXPORTS = {
    "revlog.csv": b"id;cid;usn;ease;ivl;lastIvl;factor;time;type\n"
    b"1704448800123;1612345678901;12;3;4;-600;2500;5321;0\n"
    b"1704448812456;1612345678902;12;1;-600;-600;0;8012;0\n"
    b"1704535200789;1612345678901;13;3;9;4;2500;4100;1\n",
    "Checkmarks.csv": b"Date,Meditate,Wake up early,\n"
    b"2024-01-07,-1,2,\n2024-01-06,2,0,\n2024-01-05,2,1,\n2024-01-04,2,2,\n",
    "Wake up early.csv": b"Date,Value,Notes\n"
    b'2024-01-07,YES_MANUAL,\n2024-01-06,NO,Sick\n2024-01-05,YES_AUTO,"Forgot to do it, really"\n2024-01-04,YES_MANUAL,\n',  # noqa: E501  # as it is written
    "activities.csv": b"Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,"  # noqa: E501  # as it is written
    b"Max Heart Rate,Relative Effort,Commute,Filename,Elapsed Time,Moving Time,Distance,Max Speed,Elevation Gain\n"
    b'9001,"Jan 5, 2024, 10:00:00 AM","Morning run, easy",Run,,2400,8.05,171,40,false,activities/1.gpx,2400.0,2350.0,8050.1,4.5,85.0\n'  # noqa: E501  # as it is written
    b'9002,"Jan 6, 2024, 6:30:00 PM",Evening Ride,Ride,,3600,25.50,,33,false,activities/2.fit.gz,3600.0,3500.0,25500.0,11.2,150.0\n',  # noqa: E501  # as it is written
    "learning_traces.csv": b"p_recall,timestamp,delta,user_id,learning_language,ui_language,lexeme_id,lexeme_string,"
    b"history_seen,history_correct,session_seen,session_correct\n"
    b"1.0,1362076081,27649635,u:FO,de,en,76390c13,lernt/lernen<vblex>,6,4,2,2\n"
    b"0.5,1362176081,100000,u:FO,de,en,76390c13,lernt/lernen<vblex>,8,6,2,1\n"
    b"1.0,1362082032,444407,u:dDwF,es,en,73eecb49,ser/ser<vbser>,6,5,1,1\n",
    "leaderboards.csv": b"leaderboard,timestamp,tier,score\n"
    b"Leagues,2024-01-05 10:00:00 UTC,3,120\nLeagues,2024-01-12 09:30:00 UTC,4,340\n",
    "Daily activity metrics.csv": b"Date,Move Minutes count,Calories (kcal),Distance (m),Heart Points,"
    b"Average heart rate (bpm),Step count,Average weight (kg)\n"
    b"2024-01-05,42,2310.5,6250.0,18,71.2,8123,80.4\n2024-01-06,,2100.0,,,,5000,\n"
    b"2024-01-07,10,1900.25,800.5,,,1200,\n",
    "stripe.json": json.dumps(
        {
            "object": "list",
            "has_more": False,
            "data": [
                {
                    "id": f"evt_{number}",
                    "type": kind,
                    "created": 1704448800 + 86_400 * number,
                    "data": {"object": {"customer": f"cus_{number % 2}", "amount_paid": 1500 + number}},
                }
                for number, kind in enumerate(["invoice.paid", "invoice.paid", "customer.updated"])
            ],
        },
        indent=2,
    ).encode(),
    "github.json": json.dumps(
        [
            {"id": "1", "type": "PushEvent", "actor": {"id": 7, "login": "ann"}, "created_at": "2024-01-05T10:00:00Z"},
            {"id": "2", "type": "WatchEvent", "actor": {"id": 8, "login": "ben"}, "created_at": "2024-01-05T11:00:00Z"},
            {"id": "3", "type": "PushEvent", "actor": {"id": 8, "login": "ben"}, "created_at": "2024-01-06T11:00:00Z"},
        ]
    ).encode(),
    "mixpanel.jsonl": _lines(
        *(
            {
                "event": name,
                "properties": {
                    "time": 1704448800 + 3600 * number,
                    "distinct_id": user,
                    "$insert_id": key,
                    "mp_processing_time_ms": 1704450000123,
                    "minutes": 5,
                },
            }
            for number, (name, user, key) in enumerate(
                [
                    ("Lesson Completed", "ann", "k1"),
                    ("Signed Up", "ben", "k2"),
                    ("Lesson Completed", "ben", "k3"),
                    ("Lesson Completed", "ben", "k3"),
                ]
            )
        )
    ),
    "amplitude.json.gz": gzip.compress(_AMPLITUDE, mtime=0),
    "segment.jsonl": _lines(
        {
            "type": "identify",
            "userId": "ann",
            "messageId": "m0",
            "timestamp": "2024-01-05T09:59:00.000Z",
            "traits": {"plan": "free"},
        },
        {
            "type": "track",
            "event": "Lesson Completed",
            "userId": "ann",
            "messageId": "m1",
            "timestamp": "2024-01-05T10:00:00.123Z",
            "receivedAt": "2024-01-05T10:00:01.000Z",
            "properties": {"minutes": 12.5},
        },
        {
            "type": "track",
            "event": "Lesson Completed",
            "userId": "ben",
            "messageId": "m2",
            "timestamp": "2024-01-06T10:00:00.123Z",
            "receivedAt": "2024-01-06T10:00:01.000Z",
            "properties": {"minutes": 3},
        },
    ),
    "reading.xlsx": workbook(
        {
            "Members": [["Member"], ["Ann"]],
            "Log": [
                [None, None, None],
                ["Member", "Date", "Pages"],
                ["Ann", datetime(2024, 1, 5, 21, 30), 12],  # noqa: DTZ001  # local times
                ["Ben", datetime(2024, 1, 6, 7, 15), 30.5],  # noqa: DTZ001
                ["Ann", date(2024, 1, 7), 8],
            ],
        }
    ),
    "lesen.csv": "Leserin;Datum;Seiten\nJörg;05.01.2024;12,5\nÄnne;06.01.2024;30\nJörg;07.01.2024;8\n".encode("cp1252"),
    "unicode.txt": "Reader\tDate\tPages\r\nJörg\t2024-01-05 10:00\t12\r\nÄnne\t2024-01-06 10:00\t30\r\n".encode(
        "utf-16"
    ),
    "query.csv": b"user_id,at,lessons\nann,2024-01-05 10:00:00 UTC,1\nben,2024-01-06 10:00:00 UTC,\n",
}
