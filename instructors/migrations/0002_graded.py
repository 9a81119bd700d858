from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("instructors", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="honour",
            name="counts_for_teaching",
            field=models.BooleanField(
                db_default=False, default=False, help_text="a person's own honour of a city or higher"
            ),
        ),
        migrations.AddField(
            model_name="instructorprofile",
            name="grade",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "见习"), (2, "中级"), (3, "高级"), (4, "特聘")],
                db_default=1,
                default=1,
                editable=False,
                verbose_name="师资等级",
            ),
        ),
        migrations.AddField(
            model_name="instructorprofile",
            name="region_code",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="of the union, or above it",
                max_length=6,
            ),
        ),
        migrations.AddIndex(
            model_name="instructorprofile",
            index=models.Index(
                models.F("is_listed"),
                models.OrderBy(models.F("grade"), descending=True),
                models.F("pinyin"),
                models.F("id"),
                name="instructor_in_order",
            ),
        ),
    ]
