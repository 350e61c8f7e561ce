using BenchmarkDotNet.Attributes;
using Usher.Bench.Road;
using Usher.Model.Contracts;

namespace Usher.Bench.Certificates;

/// <summary>The handshake.</summary>
public class CertificateBenchmarks : RoadBenchmarks
{
    private readonly Func<CertificateChoice> choose;

    /// <summary>Compiles the road.</summary>
    public CertificateBenchmarks() => choose = CertificateCosts.Choose(Road);

    /// <summary>The certificate for a name.</summary>
    [Benchmark]
    public object Choose() => choose();
}
