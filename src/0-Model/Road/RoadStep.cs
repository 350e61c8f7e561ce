using System.Net;
using Usher.Model.Journeys;

namespace Usher.Model.Road;

/// <summary>
/// A request on its way through a road that is only decided, not driven: where it stands, and what it is.
/// </summary>
public sealed record Traveller
{
    /// <summary>The request as its client would send it.</summary>
    public required RequestFacts Request { get; init; }

    /// <summary>The host of the URL, which the client resolves and asks for in the handshake; null where the request's Host header names the same.</summary>
    public string? UrlHost { get; init; }

    /// <summary>The port of the URL, which the client connects to; null where the request's Host header names the same.</summary>
    public int? UrlPort { get; init; }

    /// <summary>A name yet to be resolved; null once <see cref="Address"/> is known.</summary>
    public string? Name { get; init; }

    /// <summary>The address that the client was told for <see cref="Name"/> (curl's <c>--resolve</c>); null where it asks a name server.</summary>
    public IPAddress? Resolved { get; init; }

    /// <summary>The bound endpoint that the request has reached.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>The address that the hop at <see cref="Address"/> sees as the source.</summary>
    public IPAddress Source { get; init; } = IPAddress.Loopback;

    /// <summary>What the PROXY header says that whoever connects to <see cref="Address"/> sends first; null where it sends none.</summary>
    public ProxiedEnds? Proxied { get; init; }

    /// <summary>True once the TLS handshake at <see cref="Address"/> was decided.</summary>
    public bool Secured { get; init; }

    /// <summary>True while whoever connects to <see cref="Address"/> names the host in its handshake (SNI), as clients do; a load balancer names none to its targets.</summary>
    public bool NamesServer { get; init; } = true;

    /// <summary>Decisions of a recorded journey, in order: a step that finds its own uses the recorded state and draw instead of living ones.</summary>
    public IReadOnlyList<IDecision> Given { get; init; } = [];

    /// <summary>The recorded decision of a step, or null.</summary>
    public T? GivenBy<T>(Func<T, bool>? where = null) where T : class, IDecision => Given.OfType<T>().FirstOrDefault(where ?? (_ => true));
}

/// <summary>What a step decided about a traveller.</summary>
/// <param name="Decisions">Its decisions, in order.</param>
/// <param name="Next">Where the traveller stands now; null when the road ends here.</param>
public sealed record StepTaken(IReadOnlyList<IDecision> Decisions, Traveller? Next)
{
    /// <summary>The status answered here, where configuration alone tells it (a redirect, a 404); null otherwise.</summary>
    public int? Status { get; init; }

    /// <summary>Which hop answers, when the road ends here.</summary>
    public Hop? AnsweredBy { get; init; }

    /// <summary>What is wrong and the way out, where the answer is a failure; null where the decision says it all.</summary>
    public string? Problem { get; init; }
}

/// <summary>
/// A hop as <c>explain</c> walks it. The walk follows addresses as packets do: the step that serves the traveller's place takes it on,
/// with the same <c>Decide</c> that live traffic calls.
/// </summary>
public interface IRoadStep
{
    /// <summary>Decides, or returns null when the traveller's place is none of this hop's.</summary>
    StepTaken? Take(Generation generation, Traveller traveller);
}
