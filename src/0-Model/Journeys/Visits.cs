namespace Usher.Model.Journeys;

/// <summary>
/// Marks the requests of one browser's visit. The mark is a product token of the user agent (RFC 9110 §10.1.5), so that it reaches the road with every
/// request of the page and changes nothing else: no header is added that would need a CORS preflight.
/// </summary>
public static class Visits
{
    private const string Product = "UsherVisit/";

    /// <summary>The token of a visit.</summary>
    public static string Token(string visit) => Product + visit;

    /// <summary>The visit that a user agent names, or null.</summary>
    public static string? Of(string? userAgent)
    {
        var at = userAgent?.IndexOf(Product, StringComparison.Ordinal) ?? -1;
        return at < 0 ? null : userAgent![(at + Product.Length)..].Split(' ')[0];
    }
}
