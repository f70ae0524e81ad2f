// The errors of SSIMULACRA 2 at one scale and channel, row by row: what is lost of the structure,
// and the edges that are gained and lost. Their sums, gradient and curvature.
#pragma once

namespace foveate {

// A row of a plane of the original and of the decoded picture. Loops run in whole groups of
// Sheet::kLanes samples; the field is 0 where there is no sample.
struct LocalRow {
  const float* original;
  const float* decoded;
  const float* original_mean;  // blurred
  const float* decoded_mean;
  const float* squares;  // of both, added and blurred
  const float* product;  // of both, blurred
  const float* field;    // how much each sample counts
};

// How much errors count: share * field * (mean + fourth * (error / norm)^3), which is the slope of
// mean * sum(field * error) * share + fourth * norm by an error, norm being the 4-norm.
struct ErrorWeights {
  float mean = 0.0f;
  float fourth = 0.0f;
  float inverse_norm = 0.0f;
  float share = 0.0f;
};

// Sums of field * error and of field * error^4.
struct ErrorSums {
  double mean = 0.0;
  double fourth = 0.0;

  void operator+=(const ErrorSums& other) {
    mean += other.mean;
    fourth += other.fourth;
  }
};

ErrorSums structure_sums(const LocalRow& row, int count);
void edge_sums(const LocalRow& row, int count, ErrorSums& gained, ErrorSums& lost);

// The sum's slope by what was blurred, and by the decoded sample itself where edges count.
struct RowGradient {
  float* mean;
  float* squares;
  float* product;
  float* sample;
};

// Writes `mean`, `squares`, `product` and the curvature: half the second derivative by a sample's
// error about its mean.
void structure_gradient(LocalRow row, int count, ErrorWeights weights, RowGradient gradient,
                        float* curvature);

// The curvature alone, where there is no error at all.
void structure_curvature(LocalRow row, int count, ErrorWeights weights, float* curvature);

// Writes `sample` and the curvature by a sample's error; takes from `mean` what `sample` adds.
void edge_gradient(LocalRow row, int count, ErrorWeights gained, ErrorWeights lost,
                   RowGradient gradient, float* curvature);

}  // namespace foveate
