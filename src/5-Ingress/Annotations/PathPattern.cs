using System.Text.RegularExpressions;

namespace Usher.Ingress;

/// <summary>Regular expressions that people write in manifests: matched in time linear to the text, whatever they are.</summary>
internal static class PathPattern
{
    /// <summary>What is wanted of one, for people.</summary>
    internal const string Wanted = "a regular expression without lookarounds, backreferences and atomic groups is wanted";

    /// <summary>Compiles a pattern; null when it is none, or none that can be matched in linear time.</summary>
    internal static Regex? Compile(string pattern, RegexOptions options)
    {
        try
        {
            return new Regex(pattern, options | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
