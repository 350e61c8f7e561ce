using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Certificates;

/// <summary>
/// Has the leaves ready that a generation's listeners serve, before it is published. They are kept under what they say, so that the running
/// generation's stay as they are until then; what is new is stored on commit.
/// </summary>
internal sealed class CertificateCarrier : ICarrier, IDisposable
{
    private static readonly TimeSpan RenewalCheck = TimeSpan.FromHours(1);

    private readonly CertificateAuthority authority;
    private readonly LeafStore store;
    private readonly LeafState kept;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ExpiryWarnings expiry;
    private readonly Lock gate = new();
    private ITimer? renewal;
    private Dictionary<LeafKey, CompiledCertificate> running = [];

    public CertificateCarrier(
        IStateStore state, CertificateAuthority authority, LeafStore store, TimeProvider time, ILogger<CertificateCarrier> log)
    {
        this.authority = authority;
        this.store = store;
        this.time = time;
        this.log = log;
        expiry = new ExpiryWarnings(log);
        kept = new LeafState(state, time, log);
    }

    /// <inheritdoc/>
    public async Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken)
    {
        var needed = next.Get<CertificateSnapshot>().InUse.ToDictionary(c => c.Leaf);
        var ready = store.Current.Ready;
        var missing = needed.Values.Where(c => !ready.ContainsKey(c.Leaf)).ToList();
        var change = new Change(this, needed);
        foreach (var certificate in missing.Where(c => c.Imported is not null)) Import(certificate, change, errors);
        missing.RemoveAll(c => c.Imported is not null);
        if (missing.Count == 0 || Open(errors) is not { } ca)
        {
            change.Serve();
            return change;
        }

        await Parallel.ForEachAsync(missing, cancellationToken, (certificate, _) =>
        {
            change.Add(certificate, ReadOrIssue(certificate, ca, errors));
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        change.Serve();
        return change;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            renewal?.Dispose();
            renewal = null;
        }
    }

    /// <summary>
    /// Takes an imported certificate if it is valid now, as ACM asks of one (ACM User Guide, "Prerequisites for importing ACM certificates"). One that runs already
    /// and ends meanwhile goes on being served, as there.
    /// </summary>
    private void Import(CompiledCertificate certificate, Change change, ErrorList errors)
    {
        var own = certificate.Imported!;
        var now = time.GetUtcNow();
        if (now < own.NotBefore || now > own.NotAfter)
        {
            errors.Add(new ConfigError(null, 0, certificate.Key.ToString(), "spec.certificate",
                $"{own.Certificate.Subject} is valid from {own.NotBefore:yyyy-MM-dd HH:mm} to {own.NotAfter:yyyy-MM-dd HH:mm} UTC, and ACM imports only what is valid now: put another into its Secret"));
            return;
        }

        change.Add(certificate, (new Leaf(certificate.Leaf, own), IsNew: false));
    }

    private LoadedAuthority? Open(ErrorList errors)
    {
        try
        {
            return authority.Load();
        }
        catch (StateStoreException e)
        {
            errors.Add(new ConfigError(null, 0, "", "", $"the private CA can't be opened: {e.Message}"));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ConfigError(null, 0, "", "",
                $"the private CA at {authority.CertificatePath} can't be opened: {e.Message} "
                + "Make the folder yours to write, or name another with --state DIR"));
            return null;
        }
    }

    private (Leaf? Leaf, bool IsNew) ReadOrIssue(CompiledCertificate certificate, LoadedAuthority ca, ErrorList errors)
    {
        try
        {
            return kept.Read(certificate, ca) is { } stored ? (stored, false) : (LeafIssuer.Issue(certificate, ca, time.GetUtcNow()), true);
        }
        catch (StateStoreException e)
        {
            errors.Add(new ConfigError(null, 0, certificate.Key.ToString(), "", $"what was issued before can't be read: {e.Message}"));
            return (null, false);
        }
    }

    private void Commit(Dictionary<LeafKey, CompiledCertificate> next, IEnumerable<Leaf> issued)
    {
        Save([.. issued]);
        lock (gate)
        {
            // A connection accepted under the old generation may still be in its handshake: its leaves go with the next change.
            var old = running;
            running = next;
            store.Remove(key => !next.ContainsKey(key) && !old.ContainsKey(key));
            renewal ??= time.CreateTimer(_ => Renew(), null, RenewalCheck, RenewalCheck);
            expiry.Warn(next.Values, time.GetUtcNow());
        }
    }

    private void Save(IReadOnlyCollection<Leaf> leaves)
    {
        try
        {
            kept.Write(leaves);
            foreach (var leaf in leaves) log.LeafIssued(leaf.Certificate.Subject, leaf.Key.Says, leaf.Facts.NotAfter);
        }
        catch (StateStoreException e)
        {
            // They are served from memory; only a restart would issue them anew.
            log.LeavesNotStored(string.Join(", ", leaves.Select(l => l.Certificate.Subject)), e.Message);
        }
    }

    /// <summary>ACM's managed renewal: a leaf that is due gets a successor under the same key, which the next handshake is served with.</summary>
    private void Renew()
    {
        lock (gate)
        {
            if (renewal is null) return;
            var now = time.GetUtcNow();
            foreach (var (key, facts) in store.Current.Facts)
            {
                if (running.TryGetValue(key, out var certificate) && certificate.Imported is null) Renew(certificate, facts, now);
            }

            expiry.Warn(running.Values, now);
        }
    }

    private void Renew(CompiledCertificate certificate, LeafFacts facts, DateTimeOffset now)
    {
        try
        {
            var ca = authority.Load();
            if (!LeafIssuer.IsDue(facts.NotAfter, ca, now)) return;
            var leaf = LeafIssuer.Issue(certificate, ca, now, renewed: facts.Serial);
            store.Put([leaf]);
            Save([leaf]);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException or StateStoreException)
        {
            log.LeafNotRenewed(certificate.DomainName, facts.NotAfter, e.Message);
        }
    }

    /// <summary>The leaves of one generation to come.</summary>
    private sealed class Change(CertificateCarrier carrier, Dictionary<LeafKey, CompiledCertificate> needed) : ICarrierChange
    {
        private readonly ConcurrentBag<Leaf> added = [];
        private readonly ConcurrentBag<Leaf> issued = [];
        private bool committed;

        internal void Add(CompiledCertificate certificate, (Leaf? Leaf, bool IsNew) made)
        {
            if (made.Leaf is null) return;
            added.Add(made.Leaf);
            if (made.IsNew) issued.Add(made.Leaf);
        }

        internal void Serve() => carrier.store.Put(added);

        public Task CommitAsync(CancellationToken cancellationToken)
        {
            committed = true;
            carrier.Commit(needed, issued);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            if (!committed && !added.IsEmpty)
            {
                var keys = added.Select(l => l.Key).ToHashSet();
                carrier.store.Remove(keys.Contains);
            }

            return ValueTask.CompletedTask;
        }
    }
}
