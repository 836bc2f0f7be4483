"""The contract of the application API: the fields of its answers and their types.

A field whose name ends in ``?`` may be absent; a type with ``|null`` may be null; ``[Shape]`` is a list of them,
``{Shape}`` an object of them by key. There are no other fields.
"""

import re
from datetime import date, datetime
from uuid import UUID

from admin_contract import ADMIN_OPERATIONS, ADMIN_SHAPES

__all__ = ["OPERATIONS", "SHAPES", "WEBHOOKS", "faults", "faults_of_answer", "faults_of_webhook"]

_BASE_STREAK = """length:int frequency:daily/weekly/monthly started:date|null periodStart:date|null periodEnd:date|null
expires:date|null freezes?:int maxFreezes?:int freezeAutoEarnInterval?:int freezeAutoEarnAmount?:int"""
_ACHIEVEMENT = """id:uuid name:text trigger:metric/streak/api/achievement/anniversary/points/level description:text|null
badgeUrl:text|null userAttributes:[Pair] key?:text streakLength?:int anniversaryYears?:int achievementIds?:[uuid]
metricId?:uuid metricName?:text metricValue?:number eventAttributes?:[Pair] eventAttribute?:Pair"""
_SYSTEM = "id:uuid key:text name:text description:text|null badgeUrl:text|null maxPoints:int|null"
_LEADERBOARD = """id:uuid name:text key:text rankBy:metric/points/streak description:text|null
breakdownAttribute:text|null breakdownAttributes:[text] metricKey?:text metricName?:text pointsSystemKey?:text
pointsSystemName?:text start:date end:date|null startTime:text|null endTime:text|null maxParticipants:int|null
runUnit:day/week/month/year|null runInterval:int|null userAttributes:[Pair] status:active/scheduled/finished"""
_PERIOD = """metrics:{WrappedMetric} points:{WrappedPoints} achievements:[UserAchievement]
leaderboards:{UserLeaderboard}"""
_STANDING = "currentTotal:number changeThisPeriod:number percentChange:number percentileThisPeriod?:number"

SHAPES = {
    "Pair": "key:text value:text",
    "Error": "error:text",
    "User": """id:text email:text|null name:text|null tz:text|null signUpDate:date|null deviceTokens?:[text]|null
        subscribeToEmails:bool attributes:{text} control:bool created:instant updated:instant""",
    "Preferences": "notifications:Notifications streak?:StreakPreferences",
    "Notifications": """achievement_completed?:[text] recap?:[text] reactivation?:[text] streak_reminder?:[text]""",
    "StreakPreferences": "enabled?:bool evaluationMode?:OR/AND metrics?:[Condition] daysOff?:[int]",
    "Condition": "key:text threshold:number",
    "BaseStreak": _BASE_STREAK,
    "EventStreak": f"{_BASE_STREAK} extended:bool",
    "Streak": f"{_BASE_STREAK} extended:instant|null streakHistory:[StreakPeriod] pauses:[Pause]",
    "StreakPeriod": """periodStart:date periodEnd:date length:int usedFreeze?:bool usedPause:bool resetAt?:instant""",
    "Pause": "id:uuid start:date end:date",
    "StreakLength": "userId:text streakLength:int extended:instant|null",
    "Achievement": f"{_ACHIEVEMENT} completions:int rarity:number",
    "UserAchievement": f"{_ACHIEVEMENT} achievedAt:instant|null",
    "UserAchievementWithStats": f"{_ACHIEVEMENT} achievedAt:instant|null completions:int rarity:number",
    "Completion": "completionId:uuid achievement:UserAchievement points:{EventPoints}",
    "Metric": "id:uuid key:text name:text status:active current:number achievements:[UserAchievement]",
    "SummaryRow": "date:date total:number change:number",
    "Event": """eventId:uuid metricId:uuid total:number achievements:[UserAchievement] currentStreak:EventStreak
        points:{EventPoints} leaderboards:{EventLeaderboard} idempotencyKey?:text idempotentReplayed?:bool""",
    "Level": "id:uuid key:text name:text description:text badgeUrl:text|null points:int",
    "LevelCount": "level:Level users:int",
    "Range": "from:int to:int users:int",
    "Boost": """id:uuid name:text status:active/scheduled/finished start:date end:date|null multiplier:number
        rounding:down/up/nearest""",
    "Trigger": """id:uuid type:metric/achievement/streak/time/user_creation/manual points:int
        status:active/inactive/archived userAttributes:[Pair] created:instant updated:instant metricId?:uuid
        metricName?:text metricThreshold?:int eventAttributes?:[Pair] eventAttribute?:Pair
        streakLengthThreshold?:int achievementId?:uuid achievementName?:text timeUnit?:hour/day timeInterval?:int
        reason?:text""",
    "Award": "id:uuid awarded:int date:instant total:int trigger:Trigger boosts?:[Boost]",
    "EventPoints": f"{_SYSTEM} total:int added:int awards:[Award] level?:Level|null",
    "UserPoints": f"{_SYSTEM} total:int level:Level|null awards:[Award]",
    "PointsSystem": f"{_SYSTEM.replace('key:text ', '')} triggers:[Trigger]",
    "Leaderboard": _LEADERBOARD,
    "RankedLeaderboard": f"{_LEADERBOARD} rankings:[LeaderboardRow]",
    "LeaderboardRow": "userId:text userName:text|null rank:int value:int",
    "EventLeaderboard": f"""{_LEADERBOARD} rank:int|null previousRank:int|null threshold:int
        breakdownAttributeValue?:text breakdownAttributeValues?:[Pair]""",
    "UserLeaderboard": f"{_LEADERBOARD} rank:int|null value:int|null",
    "UserLeaderboardWithHistory": f"{_LEADERBOARD} rank:int|null value:int|null history:[RankChange]",
    "WebhookUserLeaderboard": f"""{_LEADERBOARD} rank:int|null value:int|null previousRank:int|null
        previousValue:int|null""",
    "LeveledSystem": f"{_SYSTEM} total:int",
    "AnnouncedBoost": """id:uuid name:text status:active/finished userId:text|null pointsSystemId:uuid
        pointsSystemKey:text pointsSystemName:text start:date end:date|null
        multiplier:number rounding:down/up/nearest""",
    "Recap": "periodStart:date periodEnd:date",
    "Reactivation": "messageNumber:int daysSinceLastActive:int",
    "RankChange": """date:date timestamp:instant previousRank:int|null rank:int|null previousValue:int|null
        value:int|null""",
    "RankedStreak": "userId:text name:text|null streakLength:int",
    "Wrapped": "user:User activity:Activity",
    "Activity": """daysActive:int weeksActive:int monthsActive:int mostActiveDay:WrappedDay mostActiveWeek:WrappedWeek
        mostActiveMonth:WrappedMonth entireYear:WrappedYear""",
    "WrappedDay": f"{_PERIOD} date:date",
    "WrappedWeek": f"{_PERIOD} start:date end:date",
    "WrappedMonth": f"{_PERIOD} month:int",
    "WrappedYear": f"{_PERIOD} longestStreak:WrappedStreak",
    "WrappedStreak": """length:int frequency:daily/weekly/monthly periodStart:date|null periodEnd:date|null
        started:date|null""",
    "WrappedMetric": f"name:text units:text|null {_STANDING} byAttribute:{{WrappedParts}}",
    "WrappedParts": "*:WrappedPart",
    "WrappedPart": f"name?:text units?:text|null {_STANDING}",
    "WrappedPoints": f"name:text description:text|null {_STANDING}",
} | ADMIN_SHAPES

#: What each operation answers with if all is well, and the statuses with which it may do so or refuse. An unknown
#: metric and an unknown user are not found, though the documentation of two operations leaves that out.
OPERATIONS = {
    "POST /metrics/*/event": ("Event", {201, 202, 400, 401, 404, 422}),
    "GET /achievements": ("[Achievement]", {200, 401, 422}),
    "POST /achievements/*/complete": ("Completion", {201, 400, 401, 404, 422}),
    "POST /users": ("User", {201, 400, 401, 422}),
    "GET /users/*": ("User", {200, 400, 401, 404, 422}),
    "PUT /users/*": ("User", {200, 400, 401, 422}),
    "PATCH /users/*": ("User", {200, 400, 401, 404, 422}),
    "GET /users/*/preferences": ("Preferences", {200, 401, 404, 422}),
    "PATCH /users/*/preferences": ("Preferences", {200, 400, 401, 403, 404, 422}),
    "GET /users/*/metrics": ("[Metric]", {200, 401, 404, 422}),
    "GET /users/*/metrics/*": ("Metric", {200, 401, 404, 422}),
    "GET /users/*/metrics/*/event-summary": ("[SummaryRow]", {200, 401, 404, 422}),
    "GET /users/*/achievements": ("[UserAchievementWithStats]", {200, 401, 404, 422}),
    "GET /users/*/streak": ("Streak", {200, 401, 404, 422}),
    "GET /streaks": ("[StreakLength]", {200, 401, 422}),
    "GET /streaks/rankings": ("[RankedStreak]", {200, 401, 422}),  # of the client for Node
    "GET /users/*/points/*": ("UserPoints", {200, 401, 404, 422}),
    "GET /users/*/points/*/boosts": ("[Boost]", {200, 401, 404, 422}),
    "GET /users/*/points/*/event-summary": ("[SummaryRow]", {200, 401, 404, 422}),
    "GET /users/*/leaderboards/*": ("UserLeaderboardWithHistory", {200, 401, 404, 422}),
    "GET /users/*/wrapped": ("Wrapped", {200, 401, 404, 422}),
    "GET /points/*": ("PointsSystem", {200, 401, 404}),
    "GET /points/*/summary": ("[Range]", {200, 401, 404, 422}),
    "GET /points/*/boosts": ("[Boost]", {200, 401, 404}),
    "GET /points/*/levels": ("[Level]", {200, 401, 404}),
    "GET /points/*/level-summary": ("[LevelCount]", {200, 401, 404, 422}),
    "GET /leaderboards": ("[Leaderboard]", {200, 401, 422}),
    "GET /leaderboards/*": ("RankedLeaderboard", {200, 401, 404, 422}),
}

#: The body of each type of webhook, without the type.
WEBHOOKS = {
    "achievement.completed": "user:User achievement:UserAchievement",
    "streak.started": "user:User streak:BaseStreak",
    "streak.extended": "user:User streak:BaseStreak",
    "streak.lost": "user:User length:int",
    "streak.freeze_consumed": "user:User consumed:int freezes:int",
    "streak.freeze_earned": "user:User earned:int freezes:int",
    "points.changed": "user:User points:EventPoints",
    "points.level_changed": "user:User points:LeveledSystem previousLevel:Level|null newLevel:Level|null",
    "points.boost_started": "timestamp:instant boost:AnnouncedBoost",
    "points.boost_finished": "timestamp:instant boost:AnnouncedBoost",
    "leaderboard.started": "leaderboard:RankedLeaderboard",
    "leaderboard.changed": "leaderboard:RankedLeaderboard",
    "leaderboard.finished": "leaderboard:RankedLeaderboard",
    "leaderboard.rank_changed": "user:User leaderboard:WebhookUserLeaderboard",
    "emails.recap_due": "timestamp:instant user:User recap:Recap",
    "emails.reactivation_due": "timestamp:instant user:User reactivation:Reactivation",
    "emails.streak_reminder_due": "timestamp:instant user:User streak:Streak",
    "emails.achievement_due": "timestamp:instant user:User achievement:UserAchievement",
}


def faults_of_webhook(body):
    """Return the faults of the body of a webhook by the contract of its type."""
    return _faults_of_shape(body, f"type:{body['type']} {WEBHOOKS[body['type']]}", "$")


def faults_of_answer(method, path, status, body, *, admin=False):
    """Return the faults of an answer by the contract of its operation; ``path`` is below the version."""
    for operation, (kind, statuses) in (ADMIN_OPERATIONS if admin else OPERATIONS).items():
        if re.fullmatch(operation.replace("*", "[^/]+"), f"{method} {path}"):
            wrong = [] if status in statuses else [f"{operation} does not answer with {status}"]
            return wrong + faults(body, kind if status < 300 else "Error")
    return [f"{method} {path} is not in the contract"]


def _is_uuid(value):
    return isinstance(value, str) and str(UUID(value)) == value


def _is_date(value):
    return isinstance(value, str) and date.fromisoformat(value).isoformat() == value


def _is_instant(value):
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value) and datetime.fromisoformat(value)


_PLAIN = {
    "text": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: type(value) is int,
    "number": lambda value: type(value) in {int, float},
    "uuid": _is_uuid,
    "date": _is_date,
    "instant": _is_instant,
}


def faults(value, kind, place="$"):
    """Return the faults of a value by its type, each with its path; an empty list for none."""
    if kind.endswith("|null"):
        return [] if value is None else faults(value, kind.removesuffix("|null"), place)
    if kind[0] in "[{":
        expected, name = (list, "list") if kind[0] == "[" else (dict, "object")
        if not isinstance(value, expected):
            return [f"{place} is no {name}"]
        parts = enumerate(value) if expected is list else value.items()
        return [fault for key, one in parts for fault in faults(one, kind[1:-1], f"{place}[{key!r}]")]
    if kind in SHAPES:
        return _faults_of_shape(value, SHAPES[kind], place)
    return [] if _fits(value, kind) else [f"{place} is no {kind}: {value!r}"]


def _fits(value, kind):
    if kind not in _PLAIN:
        return value in kind.split("/")
    try:
        return _PLAIN[kind](value)
    except (ValueError, TypeError):
        return False


def _faults_of_shape(value, shape, place):
    if not isinstance(value, dict):
        return [f"{place} is no object"]
    fields = dict(field.split(":", 1) for field in shape.split())
    if "*" in fields:
        return faults(value, f"{{{fields['*']}}}", place)
    known = {name.rstrip("?"): kind for name, kind in fields.items()}
    required = {name for name in fields if not name.endswith("?")}
    found = [f"{place}.{name} is missing" for name in sorted(required - value.keys())]
    found += [f"{place}.{name} is not in the contract" for name in sorted(value.keys() - known.keys())]
    for name, one in value.items():
        if name in known:
            found += faults(one, known[name], f"{place}.{name}")
    return found
