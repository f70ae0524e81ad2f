// Butteraugli's sums of differences along short lines in sixteen directions ("Malta").
#pragma once

namespace foveate {

// How much a difference counts: `symmetric` and, where the copy's sample is weaker than 0.55 times
// the original's or stronger than 1.05 times, `further` besides. Both lessen with the samples' mean
// size, which `inverse_norm` scales.
struct MaltaWeights {
  float symmetric;
  float further;
  float inverse_norm;
};

// `dense`: for lines through every sample, of up to nine; else through five.
MaltaWeights malta_weights(double weight, double norm, bool dense);

void malta_difference_row(const float* original, const float* decoded, int count,
                          MaltaWeights weights, float* out);

// Adds to `sum` the squared sums along the lines through each sample of the middle one of nine rows
// of differences. Rows are read 4 samples to the left and to the right of the `count`.
void add_dense_lines(const float* const rows[9], int count, float* sum);
void add_sparse_lines(const float* const rows[9], int count, float* sum);

}  // namespace foveate
