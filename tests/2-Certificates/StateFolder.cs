using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

// File modes are checked.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Usher.Certificates.Tests;

/// <summary>A state folder that is gone afterwards, and a hop that lives in it.</summary>
internal sealed class StateFolder : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("usher-certificates-").FullName;

    internal string Ca => Path.Combine(Root, "state", "ca");

    internal string Certificates => Path.Combine(Root, "state", "certificates");

    internal CertificateOptions Options => new(Path.Combine(Root, "state"));

    internal string PathOf(string certificate) => Path.Combine(Certificates, Road.Arn(certificate)[^36..] + ".pem");

    internal CertificateAuthority Authority(TimeProvider? time = null, ILogger<CertificateAuthority>? log = null) =>
        new(Options, time ?? TimeProvider.System, log ?? NullLogger<CertificateAuthority>.Instance);

    internal Hop Start(TimeProvider? time = null) => new(this, time ?? TimeProvider.System);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>One run of the hop.</summary>
    internal sealed class Hop : IDisposable
    {
        private readonly TimeProvider time;

        internal Hop(StateFolder folder, TimeProvider time)
        {
            this.time = time;
            Authority = folder.Authority(time);
            Carrier = new CertificateCarrier(folder.Options, Authority, Leaves, time, Log);
        }

        internal CertificateAuthority Authority { get; }

        internal LeafStore Leaves { get; } = new();

        internal CertificateCarrier Carrier { get; }

        internal Lines<CertificateCarrier> Log { get; } = new();

        internal async Task<ICarrierChange> Prepare(Generation next, ErrorList? errors = null)
        {
            var own = errors ?? new ErrorList();
            var change = await Carrier.PrepareAsync(next, own, TestContext.Current.CancellationToken);
            if (errors is null) Assert.Empty(own.All);
            return change;
        }

        internal async Task Run(Generation next)
        {
            await using var change = await Prepare(next);
            await change.CommitAsync(TestContext.Current.CancellationToken);
        }

        internal CertificateChoice Choose(Generation generation, string? sni, int port = 443) =>
            new CertificateChooser(Leaves, time).Choose(generation, Road.ListenerArn(port), sni);

        internal string? Serial(Generation generation, string sni) => (string?)Choose(generation, sni).Decision.Tell().Single().Facts["serial"];

        public void Dispose() => Carrier.Dispose();
    }
}

/// <summary>Keeps log lines.</summary>
internal sealed class Lines<T> : ILogger<T>
{
    private readonly Lock gate = new();
    private readonly List<string> all = [];

    internal IReadOnlyList<string> All
    {
        get
        {
            lock (gate) return [.. all];
        }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (gate) all.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
