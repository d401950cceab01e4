// Simulation: the state update alone, normal variates alone, and the whole.
#include "core/common/random.h"
#include "tests/bench/teachers.h"

#include <benchmark/benchmark.h>

namespace keyhole::bench {
namespace {

constexpr Index kBlock = 512;  // as simulate() runs

// T steps with noise that is there already. back: states leave the network's coordinates by this rotation.
void runSteps(benchmark::State& state, const Network& network, Nonlinearity phi,
              const Matrix* back = nullptr) {
  const Matrix noise = RandomStream(1, Stream::noise).normalMatrix(kUnits, kBlock) * 0.2;
  Matrix states = Matrix::Zero(kUnits, kBlock + 1), units;
  Stepper stepper(network, phi, Convention::standard, 0.01);
  for (auto _ : state) {
    states.col(0).setOnes();
    for (Index done = 0; done < kSteps; done += kBlock) {
      for (Index j = 0; j < kBlock; ++j) stepper.step(states.col(j), noise.col(j), states.col(j + 1));
      if (back) units.noalias() = *back * states;
      states.col(0) = states.col(kBlock);
    }
    benchmark::DoNotOptimize(states.data());
    benchmark::DoNotOptimize(units.data());
  }
  state.SetItemsProcessed(state.iterations() * kSteps);
}

Network inModes(const Teacher& teacher) {
  ChainForm form = std::get<ChainForm>(teacher.network.form());
  form.U.resize(0, 0);
  return Network(std::move(form));
}

void addStateUpdates() {
  for (const Nonlinearity phi : {Nonlinearity::tanh, Nonlinearity::linear}) {
    const std::string name = phi == Nonlinearity::tanh ? "low_rank_tanh" : "low_rank_linear";
    benchmark::RegisterBenchmark(("state_update/" + name + "/structured").c_str(),
                                 [phi](benchmark::State& s) { runSteps(s, lowRank(phi).network, phi); });
    benchmark::RegisterBenchmark(("state_update/" + name + "/dense").c_str(), [phi](benchmark::State& s) {
      runSteps(s, Network(DenseForm{lowRank(phi).network.dense()}), phi);
    });
  }
  benchmark::RegisterBenchmark("state_update/chain/structured", [](benchmark::State& s) {
    runSteps(s, inModes(chain()), Nonlinearity::linear);
  });
  benchmark::RegisterBenchmark("state_update/chain/structured_to_units", [](benchmark::State& s) {
    const Teacher teacher = chain();
    runSteps(s, inModes(teacher), Nonlinearity::linear, &std::get<ChainForm>(teacher.network.form()).U);
  });
  benchmark::RegisterBenchmark("state_update/chain/dense", [](benchmark::State& s) {
    runSteps(s, Network(DenseForm{chain().network.dense()}), Nonlinearity::linear);
  });
}

void runWhole(benchmark::State& state, const Teacher& teacher, bool structured) {
  const SimulationOptions options = paperRun(structured);
  for (auto _ : state) {
    double kept = 0;
    simulate(teacher, options, Vector(), [&kept](const StateBlock& block) { kept += block.states(0, 0); });
    benchmark::DoNotOptimize(kept);
  }
}

void addWholeSimulations() {
  for (const bool structured : {true, false}) {
    const std::string form = structured ? "/structured" : "/dense";
    benchmark::RegisterBenchmark(
        ("simulation/low_rank_tanh" + form).c_str(),
        [structured](benchmark::State& s) { runWhole(s, lowRank(Nonlinearity::tanh), structured); });
    benchmark::RegisterBenchmark(("simulation/chain" + form).c_str(),
                                 [structured](benchmark::State& s) { runWhole(s, chain(), structured); });
  }
}

void addNormals() {
  benchmark::RegisterBenchmark("normals/500x30000", [](benchmark::State& state) {
    const RandomStream stream(1, Stream::noise);
    for (auto _ : state)
      for (Index first = 0; first < kSteps; first += kBlock) {
        const Index count = std::min(kBlock, kSteps - first);
        benchmark::DoNotOptimize(
            stream.normalMatrix(kUnits, count, static_cast<std::uint64_t>(first)).data());
      }
    state.SetItemsProcessed(state.iterations() * kUnits * kSteps);
  });
}

[[maybe_unused]] const bool registered = [] {
  addStateUpdates();
  addWholeSimulations();
  addNormals();
  return true;
}();

}  // namespace
}  // namespace keyhole::bench
