"""Labels of three sets folded into general classes, and united as fine ones."""

import pytest

from foveate.errors import DatasetError, OptionError
from foveate_research.models.classes import (
    class_list,
    fine_classes,
    general_classes,
)


def stated_names(classes, set_name, labels):
    _, stated = classes.targets(set_name, labels)
    return {name for name, known in zip(classes.classes, stated, strict=True) if known}


def present_names(classes, set_name, labels):
    present, _ = classes.targets(set_name, labels)
    return {name for name, there in zip(classes.classes, present, strict=True) if there}


def test_all_labels_of_every_set_are_folded():
    folds = general_classes().folds
    counts = {name: len(fold) for name, fold in folds.items()}
    assert counts == {"caltech101": 101, "msrc21": 23, "voc": 20}
    for fold in folds.values():
        assert set(fold.values()) <= set(general_classes().classes)


def test_general_classes_are_few():
    classes = general_classes()
    assert (len(classes.classes), sum(classes.things)) == (25, 19)


def test_labels_of_one_kind_become_one_class():
    classes = general_classes()
    assert present_names(classes, "caltech101", ["cougar_face"]) == {"mammal"}
    assert present_names(classes, "msrc21", ["cow", "dog", "grass"]) == {"mammal", "grass"}


def test_a_class_that_a_set_does_not_label_is_not_stated():
    stated = stated_names(general_classes(), "msrc21", ["cow"])
    assert {"mammal", "bird", "sky"} <= stated
    assert not stated & {"instrument", "insect", "food"}
    assert "sky" not in stated_names(general_classes(), "caltech101", ["pizza"])


def test_what_may_stand_unlabelled_in_the_background_is_stated_only_where_it_is_the_label():
    assert "tree" not in stated_names(general_classes(), "caltech101", ["pizza"])
    assert "tree" in stated_names(general_classes(), "caltech101", ["joshua_tree"])


def test_a_bottle_in_the_background_of_another_picture_of_voc_may_go_without_a_label():
    stated = stated_names(general_classes(), "voc", ["person", "dog"])
    assert {"person", "mammal", "road vehicle", "furniture"} <= stated
    assert not stated & {"container", "device", "plant", "sky"}
    assert "container" in stated_names(general_classes(), "voc", ["bottle"])


def test_fine_classes_are_the_sets_labels_with_equal_ones_joined():
    classes = fine_classes()
    assert len(classes.classes) == len(set(classes.classes)) == 101 + 23 - 5 + 20 - 12
    assert present_names(classes, "caltech101", ["Faces_easy"]) == {"Faces"}
    assert present_names(classes, "msrc21", ["face", "cow"]) == {"Faces", "cow"}
    assert present_names(classes, "voc", ["motorbike", "sofa"]) == {"Motorbikes", "sofa"}


@pytest.mark.parametrize("name", ["general", "fine"])
def test_every_class_is_stated_absent_by_some_set(name):
    classes = class_list(name)
    somewhere = set()
    for set_name, fold in classes.folds.items():
        for label in fold:
            stated = stated_names(classes, set_name, [label])
            somewhere |= stated - present_names(classes, set_name, [label])
    assert somewhere == set(classes.classes)


def test_strange_names_are_refused():
    with pytest.raises(DatasetError, match="'zebra' is not a label of msrc21"):
        general_classes().targets("msrc21", ["zebra"])
    with pytest.raises(DatasetError, match="caltech101, msrc21, voc, not coco"):
        general_classes().targets("coco", [])
    with pytest.raises(OptionError, match="general and fine"):
        class_list("coarse")
