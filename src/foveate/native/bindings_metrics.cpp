// Metrics of a copy against its original; shapes and ranges are checked here.
#include "bindings_eye.hpp"

#include <optional>

#include "eye/butteraugli.hpp"

namespace foveate {
namespace {

nb::ndarray<nb::numpy, float> butteraugli_binding(const Pixels& original, const Pixels& decoded,
                                                  int threads) {
  const Picture picture = checked_picture(original), copy = checked_copy(decoded, picture);
  const int workers = checked_threads(threads);
  const auto rows = static_cast<std::size_t>(picture.height);
  const auto cols = static_cast<std::size_t>(picture.width);
  std::unique_ptr<float[]> map(new float[rows * cols]);
  {
    nb::gil_scoped_release release;
    butteraugli(picture, copy, map.get(), workers);
  }
  return owned(std::move(map), {rows, cols});
}

std::vector<double> ssimulacra2_sums_binding(
    const Pixels& original, const Pixels& decoded,
    const In<float, nb::shape<-1, kChannels, 6>>& weights,
    const std::vector<std::optional<BlockPlane>>& fields, int threads,
    const std::optional<KeptPlanes>& kept) {
  const Picture picture = checked_picture(original), copy = checked_copy(decoded, picture);
  const ScaleWeights scales = checked_scales(weights, picture);
  std::vector<BlockField> counted;
  for (const auto& field : fields) {
    if (!field) {
      counted.push_back({});
      continue;
    }
    counted.push_back(checked_blocks(*field, picture));
    const float *first = field->data(), *last = first + field->size();
    require_not_negative(first, field->size(), "fields must be finite and not negative");
    require(std::any_of(first, last, [](float v) { return v > 0.0f; }),
            "fields must be positive somewhere");
  }
  const CheckedPlanes planes(kept, picture, scales);
  const int workers = checked_threads(threads);
  nb::gil_scoped_release release;
  return ssimulacra2_sums(picture, planes.get(), copy, scales, counted, workers);
}

}  // namespace

void bind_metrics(nb::module_& m) {
  using namespace nb::literals;
  m.def("butteraugli", &butteraugli_binding, "original"_a.noconvert(), "decoded"_a.noconvert(),
        "threads"_a = 1,
        R"(How visible the difference of two pictures is at each pixel, by Butteraugli: (H, W) float32.

Pixels are (H, W) grey or (H, W, 3) sRGB, on a screen of 80 candelas a square metre.)");
  m.def("ssimulacra2_sums", &ssimulacra2_sums_binding, "original"_a.noconvert(),
        "decoded"_a.noconvert(), "weights"_a, "fields"_a, "threads"_a = 1,
        "kept"_a.noconvert().none() = nb::none(),
        R"(SSIMULACRA 2's raw sums alone, one for each field, of pictures 8 or more a side.

`weights` are as for `ssimulacra2`. A field tells how much each 8x8 block counts, not negative;
None: all blocks count alike. `kept`: the original's `seen_planes`, which save half of the time.)");
}

}  // namespace foveate
