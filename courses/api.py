"""
What other apps may ask of courses.

Higher apps name owners of stricter policies by ``register_owner_keys``. After each publishing, withdrawal or return to
service the outbox holds a message ``course.published`` with ``{"course": id}``.
"""

from courses.activity import activity_iri
from courses.operations import (
    AlreadyInReview,
    CourseNotOpen,
    NewPrerequisite,
    NewStep,
    NotReady,
    ask_to_study,
    create_course,
    end_enrolment,
    enrol,
    enrol_many,
    lift_withdrawal,
    publish_edition,
    put_due,
    setup_cms,
    submit_course,
    withdraw,
    write_path,
)
from courses.operations.publish import PUBLISHED_TOPIC
from courses.operations.tree import NewCourse, NewLesson, NewModule
from courses.owner_keys import register_owner_keys
from courses.queries.cards import CourseCard, art_of, cards_of_instructor, course_cards, published_cards
from courses.queries.desk import desk_words
from courses.queries.learning import Learning, learning_of
from courses.queries.paths import Standing, standing_of
from courses.queries.served import current_editions
from courses.review.comments import comment, settle
from courses.review.deciding import Verdict, approve, send_back
from courses.review.turns import hand_over

__all__ = [
    "PUBLISHED_TOPIC",
    "AlreadyInReview",
    "CourseCard",
    "CourseNotOpen",
    "Learning",
    "NewCourse",
    "NewLesson",
    "NewModule",
    "NewPrerequisite",
    "NewStep",
    "NotReady",
    "Standing",
    "Verdict",
    "activity_iri",
    "approve",
    "art_of",
    "ask_to_study",
    "cards_of_instructor",
    "comment",
    "course_cards",
    "create_course",
    "current_editions",
    "desk_words",
    "end_enrolment",
    "enrol",
    "enrol_many",
    "hand_over",
    "learning_of",
    "lift_withdrawal",
    "publish_edition",
    "published_cards",
    "put_due",
    "register_owner_keys",
    "send_back",
    "settle",
    "setup_cms",
    "standing_of",
    "submit_course",
    "withdraw",
    "write_path",
]
