#include "app/export.h"

#include "app/ask_for_file.h"
#include "core/common/error.h"

#include <QDir>

namespace keyhole {

namespace {

bool isComplete(const std::shared_ptr<const Experiment>& experiment, const ExportOutcome& done) {
  if (!experiment)
    done("There is nothing to export yet: the first picture is still being computed.", false);
  else if (experiment->reached <= Depth::sketch)
    done(
        "There is only a sketch yet: the picture is still being computed, or was stopped (Run > Compute "
        "again).",
        false);
  return experiment && experiment->reached > Depth::sketch;
}

}  // namespace

Exports::Exports(QObject* parent)
    : QObject(parent),
      m_latest([this](const std::vector<Panel::Work>& works, const Turn& turn) { run(works, turn); }) {
  connect(this, &Exports::computed, this, [this](const std::vector<std::function<void()>>& results) {
    end([&] {
      for (const auto& show : results) show();
      m_jobs.front().write();
    });
  });
  connect(this, &Exports::failed, this,
          [this](const QString& sentence) { end([&] { throw InputError(sentence.toStdString()); }); });
}

void Exports::askForFigure(QWidget& window, const std::shared_ptr<const Experiment>& experiment,
                           ExportOutcome done) {
  if (!isComplete(experiment, done)) return;
  askForFile(&window,
             {"Export the figure", "PDF, vector graphics (*.pdf);;PNG, 300 dpi (*.png)", "pdf",
              QDir::homePath(), FileQuestion::Kind::save},
             [this, experiment, done](const QString& path) { writeFigure(experiment, path, done); });
}

void Exports::askForData(QWidget& window, const std::shared_ptr<const Experiment>& experiment,
                         ExportOutcome done) {
  if (!isComplete(experiment, done)) return;
  askForFile(&window,
             {"Export the numbers, one CSV file per table, into a folder", QString(), QString(),
              QDir::homePath(), FileQuestion::Kind::folder},
             [this, experiment, done](const QString& path) { writeData(experiment, path, done); });
}

void Exports::writeFigure(const std::shared_ptr<const Experiment>& experiment, const QString& path,
                          ExportOutcome done) {
  add(experiment, path, &Figure::write, std::move(done));
}

void Exports::writeData(const std::shared_ptr<const Experiment>& experiment, const QString& folder,
                        ExportOutcome done) {
  add(experiment, folder, &Figure::writeData, std::move(done));
}

void Exports::add(const std::shared_ptr<const Experiment>& experiment, const QString& path,
                  void (Figure::*write)(const QString&), ExportOutcome done) {
  try {
    auto figure = std::make_shared<Figure>(experiment);
    m_jobs.push_back(
        {figure, path, [figure, write, path] { (figure.get()->*write)(path); }, std::move(done)});
  } catch (const InputError& error) {
    return done(QString::fromUtf8(error.what()), false);
  }
  if (m_jobs.size() == 1) begin();
}

void Exports::begin() {
  const Job& job = m_jobs.front();
  auto works = job.figure->missing();
  if (works.empty()) return end(job.write);
  job.done("Computing what " + QDir::toNativeSeparators(job.path) + " needs …", true);
  m_latest.request(std::move(works));
}

// The first job, after its last step.
void Exports::end(const std::function<void()>& last) {
  const Job job = m_jobs.front();
  QString sentence = "Exported " + QDir::toNativeSeparators(job.path) + ".";
  bool good = true;
  try {
    last();
  } catch (const InputError& error) {
    sentence = QString::fromUtf8(error.what());
    good = false;
  }
  m_jobs.erase(m_jobs.begin());
  job.done(sentence, good);
  if (!m_jobs.empty()) begin();
}

void Exports::run(const std::vector<Panel::Work>& works, const Turn& turn) {
  UntilOver progress(turn);
  std::vector<std::function<void()>> results;
  try {
    for (const Panel::Work& work : works) results.push_back(work(progress));
    emit computed(std::move(results));
  } catch (const Stopped&) {
    // The window is being closed.
  } catch (const std::exception& error) {
    emit failed(QString::fromUtf8(error.what()));
  }
}

}  // namespace keyhole
