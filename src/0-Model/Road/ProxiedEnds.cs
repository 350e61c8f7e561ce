using System.Net;

namespace Usher.Model.Road;

/// <summary>What a connection's PROXY header names.</summary>
/// <param name="Source">The client's end.</param>
/// <param name="Destination">The end that the client connected to.</param>
public sealed record ProxiedEnds(IPEndPoint Source, IPEndPoint Destination);
