using System.Net;
using System.Net.Sockets;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// The place of one name server over generations. It is bound with the first generation that wants it, answers from the publication on, and stays while its place is
/// the same: each query reads the generation that runs then.
/// </summary>
/// <param name="parts">What answers.</param>
/// <param name="placed">Told where it listens, as soon as it is bound; null when it doesn't any more.</param>
internal sealed class ServerSlot(DnsParts parts, Action<IPEndPoint?> placed)
{
    private NameServer? running;
    private IPEndPoint? place;

    /// <summary>Binds where the next generation wants it, unless it is there already.</summary>
    /// <param name="wanted">Address and port; null for none.</param>
    /// <param name="errors">Told when the place can't be bound.</param>
    /// <param name="flag">How a person moves it out of the way, as the end of a sentence.</param>
    /// <param name="what">What is to listen there.</param>
    public ICarrierChange Prepare(IPEndPoint? wanted, ErrorList errors, string what, string flag)
    {
        if (Equals(wanted, place)) return new Change(this, null, wanted, false);
        if (wanted is null) return new Change(this, null, null, true);
        try
        {
            return new Change(this, NameServer.Bind(wanted, parts), wanted, true);
        }
        catch (SocketException problem)
        {
            errors.Add(new ConfigError(null, 0, "", "", Why(problem, wanted, what, flag)));
            return new Change(this, null, place, false);
        }
    }

    /// <summary>Stops the server, if there is one.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        placed(null);
        place = null;
        if (Interlocked.Exchange(ref running, null) is { } server) await server.StopAsync(cancellationToken);
    }

    private void Tell(IPEndPoint? endPoint) => placed(endPoint);

    private void Log(IPEndPoint endPoint) => parts.Log.Listening(endPoint);

    private static string Why(SocketException problem, IPEndPoint wanted, string what, string flag) => problem.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"{wanted} is in use by another program, and {what} is to listen there, UDP and TCP; stop that program, or use {flag}",
        SocketError.AccessDenied => $"{wanted} may not be bound by this user, and {what} is to listen there, UDP and TCP; use {flag}",
        _ => $"{wanted} can't be bound, and {what} is to listen there, UDP and TCP: {problem.Message}",
    };

    private sealed class Change : ICarrierChange
    {
        private readonly ServerSlot slot;
        private readonly IPEndPoint? wanted;
        private readonly bool moves;
        private NameServer? bound;

        /// <param name="slot">The place.</param>
        /// <param name="bound">What was bound anew; null for nothing.</param>
        /// <param name="wanted">Where the slot is afterwards.</param>
        /// <param name="moves">Whether anything changes.</param>
        public Change(ServerSlot slot, NameServer? bound, IPEndPoint? wanted, bool moves)
        {
            this.slot = slot;
            this.bound = bound;
            this.wanted = wanted;
            this.moves = moves;
            if (bound is not null && slot.running is null) slot.Tell(bound.EndPoint);
        }

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            if (!moves) return;
            var old = slot.running;
            (slot.running, slot.place) = (bound, wanted);
            slot.Tell(bound?.EndPoint);
            bound?.Start();
            if (bound is not null) slot.Log(bound.EndPoint);
            bound = null;
            if (old is not null) await old.StopAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            if (bound is null) return;
            if (slot.running is null) slot.Tell(null);
            await bound.StopAsync(CancellationToken.None);
            bound = null;
        }
    }
}
