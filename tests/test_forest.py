"""Trees asked by numpy: the leaves that LightGBM finds, and its sums to the bit."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from recommender.forest import Forest, Model

COLUMNS, HOLED, WHOLE = 4, 0, 2
"""HOLED is missing here and there while trees are learned, WHOLE never."""


def table(rows: int, seed: int) -> np.ndarray:
    """[rows × COLUMNS] of few different values, so that many lie on a threshold."""
    dice = np.random.default_rng(seed)
    inputs = (dice.integers(-20, 20, (rows, COLUMNS)) / 7).astype(np.float32)
    inputs[dice.random(rows) < 0.3, HOLED] = np.nan
    return inputs


def read(booster: lightgbm.Booster) -> Forest:
    return Forest.read([Model(booster.model_to_string(), range(COLUMNS))], [0] * COLUMNS)


@pytest.fixture(scope="module")
def booster() -> lightgbm.Booster:
    inputs = table(2000, 1)
    wanted = np.nan_to_num(inputs[:, HOLED], nan=1.5) * inputs[:, 1] + np.abs(inputs[:, WHOLE]) > 1
    return lightgbm.train({"objective": "binary", "num_leaves": 12, "verbose": -1, "seed": 1},
                          lightgbm.Dataset(inputs, wanted), num_boost_round=40)


@pytest.fixture(scope="module")
def asked(booster: lightgbm.Booster) -> np.ndarray:
    """Rows in which every column may be missing, and the splits' own thresholds."""
    inputs = table(600, 2)
    inputs[np.random.default_rng(3).random(inputs.shape) < 0.2] = np.nan
    own = read(booster).thresholds.ravel()
    own = own[np.abs(own) > 1e-30]  # LightGBM's thresholds beside 0 stand for 0 themselves
    return np.concatenate([inputs, np.repeat(own[:, None], COLUMNS, axis=1)])


def test_rows_end_in_the_leaves_that_lightgbm_finds(booster: lightgbm.Booster, asked: np.ndarray) -> None:
    forest = read(booster)
    found = np.asarray(booster.predict(asked, pred_leaf=True)).astype(int)
    values = np.array([[booster.get_leaf_output(tree, leaf) for tree, leaf in enumerate(row)] for row in found])
    assert np.array_equal(forest.values.take(forest.places(asked)), values)
    distinct = forest.places(asked) - np.arange(booster.num_trees()) * forest.values.shape[1]
    for tree in range(booster.num_trees()):
        assert len(set(zip(found[:, tree], distinct[:, tree], strict=True))) == len(set(found[:, tree]))


def test_sums_are_lightgbms_to_the_bit(booster: lightgbm.Booster, asked: np.ndarray) -> None:
    forest = read(booster)
    assert np.array_equal(forest.sums(asked), booster.predict(asked, raw_score=True))


def test_forests_stand_one_behind_the_other(booster: lightgbm.Booster, asked: np.ndarray) -> None:
    model, trees = Model(booster.model_to_string(), range(COLUMNS)), booster.num_trees()
    both = Forest.read([model, model], [0] * COLUMNS).places(asked)
    width = both[0, trees] // trees
    assert np.array_equal(both[:, :trees] + trees * width, both[:, trees:])


def test_a_model_reads_its_own_columns_and_counts_as_much_as_is_said(booster: lightgbm.Booster, asked: np.ndarray,
                                                                     ) -> None:
    turned = Model(booster.model_to_string(), range(COLUMNS)[::-1], 0.25)
    forest = Forest.read([turned], [0] * COLUMNS)
    np.testing.assert_allclose(forest.sums(asked[:, ::-1]), 0.25 * booster.predict(asked, raw_score=True), rtol=1e-12)


def test_a_tree_without_a_split_has_one_leaf() -> None:
    inputs = table(50, 1)
    stump = lightgbm.train({"objective": "regression", "verbose": -1}, lightgbm.Dataset(inputs, np.ones(50)), 1)
    forest = read(stump)
    assert forest.places(inputs).ravel().tolist() == [0] * 50
    assert np.array_equal(forest.sums(inputs), stump.predict(inputs, raw_score=True))


def test_a_leaf_belongs_to_the_last_owned_column_on_its_way(booster: lightgbm.Booster) -> None:
    owners = [0, 1, 2, 0]
    forest = Forest.read([Model(booster.model_to_string(), range(COLUMNS))], owners)
    wanted = set()

    def descend(tree: int, node: dict, owner: int) -> None:
        if "split_feature" not in node:
            wanted.add((tree, node["leaf_value"], owner))
            return
        owner = owners[node["split_feature"]] or owner
        descend(tree, node["left_child"], owner)
        descend(tree, node["right_child"], owner)

    for tree in booster.dump_model()["tree_info"]:
        descend(tree["tree_index"], tree["tree_structure"], 0)
    assert {(tree, value, owner) for tree, (values, owned) in enumerate(zip(forest.values, forest.owners, strict=True))
            for value, owner in zip(values.tolist(), owned.tolist(), strict=True) if value} == wanted
