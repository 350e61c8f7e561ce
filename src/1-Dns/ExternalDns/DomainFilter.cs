using System.Text.RegularExpressions;

namespace Usher.Dns;

/// <summary>
/// Which domains external-dns looks at (docs/advanced/domain-filter.md): those that are <c>--domain-filter</c>'s or below it, with a dot in front below it alone, without <c>--exclude-domains</c>; in their place, when one is given, regular expressions.
/// It counts for hosted zones and for names.
/// </summary>
internal sealed class DomainFilter(IEnumerable<string> include, IEnumerable<string> exclude, Regex? regex = null, Regex? regexExclusion = null)
{
    private readonly string[] include = [.. include.Select(Bare)];
    private readonly string[] exclude = [.. exclude.Select(Bare).Where(d => d.Length > 0)];

    /// <summary>The domains, longest first: registry names are split at one (<see cref="TxtRegistry"/>).</summary>
    internal IReadOnlyList<string> Domains { get; } = [.. include.Select(Bare).Where(d => d.Length > 0).OrderByDescending(d => d.Length)];

    /// <summary>Whether a domain is among them.</summary>
    internal bool Matches(string domain)
    {
        domain = Bare(domain);
        if (regex is not null || regexExclusion is not null)
        {
            return regexExclusion?.IsMatch(domain) != true && regex?.IsMatch(domain) != false;
        }

        return (include.Length == 0 || Array.Exists(include, f => Covers(f, domain))) && !Array.Exists(exclude, f => Covers(f, domain));
    }

    /// <summary>Whether a domain is above one of them, which <c>--aws-zone-match-parent</c> counts as well.</summary>
    internal bool MatchesParent(string domain)
    {
        domain = Bare(domain);
        return !Array.Exists(exclude, f => Covers(f, domain)) && Array.Exists(include, f => f.Length > 0 && f[0] != '.' && f.EndsWith($".{domain}", StringComparison.Ordinal));
    }

    private static bool Covers(string filter, string domain) =>
        filter.Length == 0 || (filter[0] == '.' ? domain.EndsWith(filter, StringComparison.Ordinal) : domain == filter || domain.EndsWith($".{filter}", StringComparison.Ordinal));

    private static string Bare(string domain) => domain.Trim().TrimEnd('.').ToLowerInvariant();
}
