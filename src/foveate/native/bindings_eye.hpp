// What the bindings of the eye's models and of metrics check alike.
#pragma once

#include "bindings.hpp"

#include <cmath>
#include <optional>

#include "eye/planes.hpp"
#include "eye/ssimulacra2.hpp"

namespace foveate {

using BlockPlane = In<float, nb::shape<-1, -1>>;

inline void require_not_negative(const float* values, std::size_t count, const char* what) {
  for (std::size_t i = 0; i < count; ++i)
    require(values[i] >= 0.0f && std::isfinite(values[i]), what);
}

inline Picture checked_copy(const Pixels& decoded, const Picture& original) {
  const Picture copy = checked_picture(decoded);
  require(copy.height == original.height && copy.width == original.width &&
              copy.channels == original.channels,
          "decoded must have the original's shape");
  return copy;
}

inline ScaleWeights checked_scales(const In<float, nb::shape<-1, kChannels, 6>>& weights,
                                   const Picture& picture) {
  constexpr int kLeastSide = 8;
  constexpr std::size_t kMostScales = 8;
  require(picture.height >= kLeastSide && picture.width >= kLeastSide,
          "pixels must be 8 or more high and wide");
  require(weights.shape(0) >= 1 && weights.shape(0) <= kMostScales,
          "weights must be of 1 to 8 scales");
  require_not_negative(weights.data(), weights.size(), "weights must be finite and not negative");
  require(std::min(picture.height, picture.width) > (1 << (weights.shape(0) - 1)),
          "the picture is too small for so many scales");
  ScaleWeights scales(weights.shape(0));
  const float* in = weights.data();
  for (auto& scale : scales)
    for (auto& channel : scale)
      for (float& weight : channel) weight = *in++;
  return scales;
}

inline BlockField checked_blocks(const BlockPlane& field, const Picture& picture) {
  const int rows = divide_up(picture.height, 8), cols = divide_up(picture.width, 8);
  require(field.shape(0) == static_cast<std::size_t>(rows) &&
              field.shape(1) == static_cast<std::size_t>(cols),
          "field must have one value for each 8x8 block of the picture");
  return {field.data(), rows, cols};
}

using KeptPlanes = In<float, nb::shape<-1>>;

// The original's planes where they are given; they live as long as this does.
class CheckedPlanes {
 public:
  CheckedPlanes(const std::optional<KeptPlanes>& kept, const Picture& picture,
                const ScaleWeights& scales)
      : layout_(picture.height, picture.width, scales, true),
        planes_{layout_, kept ? kept->data() : nullptr} {
    require(!kept || kept->size() == layout_.size(),
            "kept must be the original's `seen_planes` for these weights");
  }
  CheckedPlanes(const CheckedPlanes&) = delete;
  CheckedPlanes& operator=(const CheckedPlanes&) = delete;

  const Planes* get() const { return planes_.memory ? &planes_ : nullptr; }

 private:
  PlaneLayout layout_;
  Planes planes_;
};

}  // namespace foveate
