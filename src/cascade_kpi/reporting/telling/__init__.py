"""A person's total in sentences: what is said, apart from the language in which it is."""

from cascade_kpi.reporting.telling.chinese import CHINESE
from cascade_kpi.reporting.telling.english import ENGLISH
from cascade_kpi.reporting.telling.language import Language
from cascade_kpi.reporting.telling.phrases import FIELDS
from cascade_kpi.reporting.telling.statements import Statement
from cascade_kpi.reporting.telling.tell import Told, tell

__all__ = ["CHINESE", "ENGLISH", "FIELDS", "Language", "Statement", "Told", "tell"]
