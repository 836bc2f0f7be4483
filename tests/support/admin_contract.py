"""The contract of the admin API, in the notation of ``contract``: the fields of its answers and their types."""

__all__ = ["ADMIN_OPERATIONS", "ADMIN_SHAPES"]

_CREATED, _WRITTEN, _READ = {200, 201, 401, 422}, {200, 401, 422}, {200, 401, 404, 422}
#: The resources by path, and the shape of each of their objects.
_RESOURCES = {
    "attributes": "AdminAttribute",
    "metrics": "AdminMetric",
    "achievements": "AdminAchievement",
    "points": "AdminSystem",
    "points/*/levels": "AdminLevel",
    "points/*/boosts": "AdminBoost",
    "points/*/triggers": "AdminTrigger",
    "leaderboards": "AdminLeaderboard",
}

ADMIN_SHAPES = {
    "Issue": """severity:error/warning message:text level:error/warning reason:text id?:text userId?:text boostId?:text
        index?:int""",
    "Deleted": "id:uuid",
    "Badge": "url:text",
    "AttributeValue": "attributeId:uuid attributeValue:text",
    "AdminAttribute": "id:uuid name:text key:text type:user/event",
    "AdminMetric": "id:uuid name:text key:text unitType:number/currency units:text",
    "AdminAchievement": """id:uuid name:text description:text|null status:active/inactive/locked badge:Badge|null
        trigger:metric/streak/api/achievement/anniversary/points/level userAttributes:[AttributeValue] key?:text
        metricId?:uuid metricValue?:number eventAttributes?:[AttributeValue] streakLength?:int achievementIds?:[uuid]
        anniversaryYears?:int""",
    "AdminSystem": """id:uuid name:text key:text description:text status:active/archived badge:Badge|null
        maxPoints:int|null levels?:[AdminLevel] boosts?:[AdminBoost] triggers?:[AdminTrigger]""",
    "AdminLevel": "id:uuid name:text key:text points:int description:text badge:Badge|null",
    "AdminBoost": """id:uuid name:text status:active/scheduled/finished start:date end:date|null multiplier:number
        rounding:down/up/nearest userId:text|null userAttributes?:[AttributeValue]""",
    "AdminTrigger": """id:uuid type:metric/achievement/streak/time/user_creation points:int status:active/inactive
        userAttributes:[AttributeValue] blockIfOutOfPoints:bool metricId?:uuid metricThreshold?:int
        eventAttributes?:[AttributeValue] achievementId?:uuid streakLength?:int timeUnit?:hours/days
        timeInterval?:int""",
    "AdminLeaderboard": """id:uuid name:text key:text status:inactive/active/scheduled/finished
        rankBy:metric/points/streak maxParticipants:int|null start:date breakdownAttributes:[uuid] description?:text
        metricId?:uuid pointsSystemId?:uuid end?:date startTime?:text endTime?:text runUnit?:day/week/month/year
        runInterval?:int userAttributes?:[AttributeValue]""",
    "AdminPause": "id:uuid userId:text start:date end:date status:active/archived",
    "AdminFreezes": "startCount:int maxCount:int autoEarnInterval:int|null autoEarnAmount:int|null",
    "AdminCondition": "key:text threshold:int",
    "AdminStreakSettings": """frequency:daily/weekly/monthly evaluationMode:OR/AND metrics:[AdminCondition]
        customizationEnabled:bool daysOff:[int] freezes:AdminFreezes|null""",
    "AdminSettings": "branding:Branding experimentation:AdminExperimentation aggregationPeriod:weekly/monthly",
    "Branding": "appName:text appUrl:text brandColor:text font:text logo:Badge|null appIcon:Badge|null",
    "AdminExperimentation": "controlRatio:int userActivationWindow:int",
    "Environment": "name:text key:text priority:int",
    "Accepted": "accepted:int",
    "Granted": "issues:[Issue]",
    "Restored": "restoredUsers:[text] issues:[Issue]",
    "Reset": "resetUsers:[text] issues:[Issue]",
    "DeletedMany": "deleted:[Deleted] issues:[Issue]",
} | {
    f"{shape}s{done}": f"{done.lower()}:[{shape}] issues:[Issue]"
    for shape in (*_RESOURCES.values(), "AdminPause")
    for done in ("Created", "Updated")
}

ADMIN_OPERATIONS = {
    "POST /metrics/events": ("Accepted", {202, 400, 401, 404, 422}),
    "POST /streaks/freezes": ("Granted", _CREATED | {400}),
    "POST /streaks/pauses": ("AdminPausesCreated", _CREATED | {400}),
    "DELETE /streaks/pauses": ("DeletedMany", _WRITTEN),
    "POST /streaks/restore": ("Restored", _CREATED | {400}),
    "POST /streaks/reset": ("Reset", _WRITTEN | {400}),
    "GET /streaks/settings": ("AdminStreakSettings", _WRITTEN),
    "PATCH /streaks/settings": ("AdminStreakSettings", _WRITTEN),
    "GET /settings": ("AdminSettings", _WRITTEN),
    "PATCH /settings": ("AdminSettings", _WRITTEN | {501}),
    "GET /environments": ("[Environment]", _WRITTEN),
}
for path, shape in _RESOURCES.items():
    nested = {404} if "*" in path else set()  # the system can be missing
    ADMIN_OPERATIONS |= {
        f"GET /{path}": (f"[{shape}]", _WRITTEN | nested),
        f"POST /{path}": (f"{shape}sCreated", _CREATED | nested),
        f"PATCH /{path}": (f"{shape}sUpdated", _WRITTEN | nested),
        f"DELETE /{path}": ("DeletedMany", _WRITTEN | nested),
        f"GET /{path}/*": (shape, _READ),
    }
