"""The registry of questions: one entry makes a command, a route, a table and their documentation."""

from api.questions import figures, history, influence, pairing, planning, rules, structure, work
from api.questions.form import Question

QUESTIONS: tuple[Question, ...] = (
    *structure.QUESTIONS,
    *pairing.QUESTIONS,
    *planning.QUESTIONS,
    *work.QUESTIONS,
    *influence.QUESTIONS,
    *rules.QUESTIONS,
    *figures.QUESTIONS,
    *history.QUESTIONS,
)


def question(name: str) -> Question:
    """The question of a command's name."""
    return next(q for q in QUESTIONS if q.name == name)
