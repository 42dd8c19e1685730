from hypothesis import given, settings, HealthCheck
from tests.projections.test_audience import lives, audience
from tests.projections.test_timeline import stories_of, HAPPENINGS, timeline
from tests.projections.conftest import let_go
from tests.projections.test_complaints import reference, complain
from tests.projections.laws import assert_laws
import os
BIG=settings(max_examples=int(os.environ.get("N","120")),derandomize=False,deadline=None,database=None,suppress_health_check=list(HealthCheck))
@BIG
@given(story=lives())
def test_a(database, story): assert_laws(database,"audience",story.facts,audience,seed=len(story.facts))
@BIG
@given(story=stories_of(*HAPPENINGS))
def test_t(database, story): assert_laws(database,"timeline",story.facts,timeline,seed=len(story.facts))
@BIG
@given(story=stories_of(complain))
def test_c(database, story): assert_laws(database,"complaints",story.facts,reference,seed=len(story.facts))
