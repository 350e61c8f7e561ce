namespace Usher.Model.Journeys;

/// <summary>A name whose address its client was told by hand (curl's <c>--resolve</c>), sent or only decided.</summary>
public static class GivenAddress
{
    /// <summary>What the name's step tells, since no name server was asked.</summary>
    /// <param name="name">The name.</param>
    /// <param name="addresses">What the client was told.</param>
    public static HopAccount Account(string name, IEnumerable<string> addresses) =>
        new(Hop.Dns, name, $"nobody was asked: the client was told that {name} is {string.Join(", ", addresses)}");
}
