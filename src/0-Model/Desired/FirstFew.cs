using System.Globalization;

namespace Usher.Model.Desired;

/// <summary>The first few of what may be very many, in a message.</summary>
public static class FirstFew
{
    /// <summary><c>a, b, c and 3 more</c>; all of them where they are no more than are named.</summary>
    /// <param name="all">What there is.</param>
    /// <param name="named">So many are named.</param>
    /// <param name="text">The name of one; its text by default.</param>
    public static string Of<T>(IReadOnlyCollection<T> all, int named, Func<T, string?>? text = null)
    {
        ArgumentNullException.ThrowIfNull(all);
        var first = string.Join(", ", all.Take(named).Select(text ?? (one => one?.ToString())));
        return all.Count <= named ? first : string.Create(CultureInfo.InvariantCulture, $"{first} and {all.Count - named} more");
    }
}
