using System.Net;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>Says why nothing listens where a pod was to; answered by the hop whose pods they are.</summary>
public interface IClosedPorts
{
    /// <summary>The port; null for one that isn't known, or is open.</summary>
    /// <param name="generation">The road.</param>
    /// <param name="bound">Where it would listen on this machine.</param>
    ClosedPort? At(Generation generation, IPEndPoint bound);
}

/// <summary>All who may know.</summary>
public static class ClosedPorts
{
    /// <summary>What the first knows who does; null when nobody does.</summary>
    public static ClosedPort? At(this IEnumerable<IClosedPorts> all, Generation generation, IPEndPoint bound) => all.Select(one => one.At(generation, bound)).FirstOrDefault(port => port is not null);
}

/// <summary>A port of a pod at which nothing listens.</summary>
/// <param name="Declared">Its address and port in the cluster.</param>
/// <param name="Why">What it wants, in words that follow a colon.</param>
public sealed record ClosedPort(IPEndPoint Declared, string Why);
