using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Control.State;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

// File modes are checked.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Usher.Certificates.Tests;

/// <summary>A state folder with its store, gone afterwards, and a hop that lives in it.</summary>
internal sealed class StateFolder : IDisposable
{
    private readonly List<SqliteStateStore> stores = [];

    internal string Root { get; } = Directory.CreateTempSubdirectory("usher-certificates-").FullName;

    internal string Ca => Path.Combine(Root, "state", "ca");

    internal string Database => Path.Combine(Root, "state", "usher.db");

    internal CertificateOptions Options => new(Path.Combine(Root, "state"));

    /// <summary>What the store has in the certificates' collection.</summary>
    internal IReadOnlyList<string> Arns => Open().Keys("certificates");

    /// <summary>The store, opened as another process would.</summary>
    internal SqliteStateStore Open()
    {
        var store = new SqliteStateStore(new StateStoreOptions(Options.StateDirectory), NullLogger<SqliteStateStore>.Instance);
        lock (stores) stores.Add(store);
        return store;
    }

    /// <summary>A stored certificate with its key, as PEM; null for none.</summary>
    internal string? Stored(string certificate, string suffix = "") =>
        Open().Find("certificates", Road.Arn(certificate) + suffix) is { } value ? Encoding.ASCII.GetString(value) : null;

    /// <summary>The stored CA with its key, as PEM; null for none.</summary>
    internal string? StoredAuthority(string key = "authority") => Open().Find("ca", key) is { } value ? Encoding.ASCII.GetString(value) : null;

    internal void Store(string collection, string key, string value) => Open().Write(new StateBatch().Put(collection, key, Encoding.ASCII.GetBytes(value)));

    /// <summary>A file with a stored certificate, for openssl.</summary>
    internal string Export(string certificate)
    {
        var path = Path.Combine(Root, $"{certificate}.pem");
        File.WriteAllText(path, Stored(certificate));
        return path;
    }

    internal CertificateAuthority Authority(TimeProvider? time = null, ILogger<CertificateAuthority>? log = null, IStateStore? store = null) =>
        new(Options, store ?? Open(), time ?? TimeProvider.System, log ?? NullLogger<CertificateAuthority>.Instance);

    internal Hop Start(TimeProvider? time = null, IStateStore? store = null) => new(this, time ?? TimeProvider.System, store ?? Open());

    public void Dispose()
    {
        foreach (var store in stores) store.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    /// <summary>One run of the hop.</summary>
    internal sealed class Hop : IDisposable
    {
        private readonly TimeProvider time;

        internal Hop(StateFolder folder, TimeProvider time, IStateStore store)
        {
            this.time = time;
            Authority = folder.Authority(time, store: store);
            Carrier = new CertificateCarrier(store, Authority, Leaves, time, Log);
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
