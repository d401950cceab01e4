#include "core/fitting/about_mean.h"

namespace keyhole {

Student fitAboutMean(const std::vector<Trial>& trials,
                     const std::function<Student(const std::vector<Trial>&)>& fit) {
  const Vector mean = channelMeans(trials).values();
  std::vector<Trial> about = trials;
  for (Trial& trial : about) trial.activity.colwise() -= mean;
  Student student = fit(about);
  Vector level = Vector::Zero(student.A.rows());
  level.head(mean.size()) = mean;
  student.b += level - student.A * level;
  return student;
}

}  // namespace keyhole
