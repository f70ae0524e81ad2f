// The steps of Butteraugli that take one row of samples at a time.
#pragma once

#include "eye/xyb.hpp"

namespace foveate {

// Rows of X and of Y.
struct PairOfRows {
  float* x;
  float* y;
};
struct ConstPairOfRows {
  const float* x;
  const float* y;
};

// X, Y and B of linear light, to which each cone is as sensitive as the blurred light around leaves
// it; for a screen of 80 candelas a square metre.
void adapted_row(const ConstRowOf3& light, const ConstRowOf3& blurred, int count,
                 const RowOf3& xyb);

void difference_row(const float* a, const float* b, int count, float* out);

// The visible squared difference of what is blurred the most: of X, Y, and B's difference itself.
void low_difference_row(ConstPairOfRows original, ConstPairOfRows decoded, const float* b_difference,
                        int count, float* out);

// Splits what is left of X and Y into what a second blur keeps (`middle`, changed in place) and the
// rest.
void split_middle_row(ConstPairOfRows left, PairOfRows middle, int count, PairOfRows high);

// Splits that rest again by a third blur (`high`, changed in place).
void split_high_row(ConstPairOfRows left, PairOfRows high, int count, PairOfRows highest);

// Sets `out` to the squared differences of the middle frequencies.
void middle_difference_row(ConstPairOfRows original, ConstPairOfRows decoded,
                           const float* b_difference, int count, float* out);

// Adds those of the high ones, where too weak and too strong a copy count further.
void add_high_difference_row(ConstPairOfRows original, ConstPairOfRows decoded, int count,
                             float* out);

// How busy a picture is at each sample, which hides differences.
void activity_row(ConstPairOfRows high, ConstPairOfRows highest, int count, float* out);

// Adds the difference of two pictures' blurred activity.
void add_activity_difference_row(const float* original, const float* decoded, int count, float* out);

// The least of the activity nearby: three rows 3 samples apart, read 3 samples beyond both ends.
// Infinite samples count as not there.
void eroded_row(const float* above, const float* row, const float* below, int count, float* out);

// What is seen of differences among this activity.
void seen_row(const float* activity, const float* low, const float* others, int count, float* out);

}  // namespace foveate
