using System.Text.RegularExpressions;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>An Ingress in its group.</summary>
/// <param name="Ingress">The Ingress.</param>
/// <param name="Annotations">Its annotations.</param>
/// <param name="Order">Its <c>group.order</c>, −1000 to 1000.</param>
/// <param name="Params">What its class says for it; null when it says nothing.</param>
internal sealed record GroupMember(Resource<V1Ingress> Ingress, ControllerAnnotations Annotations, int Order, AnnotationSource? Params)
{
    internal string Name => Ingress.Key.Short;
}

/// <summary>The Ingresses of one load balancer (the controller's guide, Ingress annotations, <em>IngressGroup</em>): one alone, or all with the same <c>group.name</c>, in the order of their rules.</summary>
/// <param name="Name">What <c>group.name</c> says; null for an Ingress alone.</param>
/// <param name="Members">By <c>group.order</c>, then by namespace and name.</param>
/// <param name="Errors">Collects what is wrong with its members.</param>
internal sealed partial record IngressGroup(string? Name, IReadOnlyList<GroupMember> Members, ErrorList Errors)
{
    /// <summary>What becomes of an Ingress that can't be of its class.</summary>
    internal const string NotOfClass = "nothing is made of it until then";

    private const int MaxNameLength = 63;

    /// <summary>What its names are made of: the group's name, or the Ingress's with its namespace.</summary>
    internal string Id => Name ?? Members[0].Name;

    /// <summary>How it is called where it is told of.</summary>
    internal string Label => LabelOf(Name, Id);

    /// <summary>The same of a group's name, null for an Ingress alone, whose own name counts.</summary>
    internal static string LabelOf(string? name, string ingress) => name is null ? $"Ingress {ingress}" : $"IngressGroup {name}";

    /// <summary>What becomes of an Ingress whose group can't be read.</summary>
    internal static string InNone(string ingress) => $"{ingress} is in no group until then";

    /// <summary>
    /// The groups of the controller's Ingresses. One with a malformed <c>group.name</c> is in none, and isn't accepted; nor is one that can't be of its class, unless it was in its group already: then the whole group stays as it
    /// was, lest the rules of an Ingress go when somebody mistypes its class.
    /// </summary>
    internal static IReadOnlyList<IngressGroup> Of(CompileContext context, IReadOnlyList<Resource<V1Ingress>> ingresses, MadeObjects before)
    {
        var groups = new SortedDictionary<string, (string? Name, List<GroupMember> Members, ErrorList Errors)>(StringComparer.Ordinal);
        var classes = new ClassParams(context);
        foreach (var ingress in ingresses)
        {
            var own = AnnotationSource.Of(ingress.Key, ingress.Origin, ingress.Value.Metadata, AlbAnnotationTable.Prefix);
            var @params = classes.Of(ingress, out var problem) is { } found ? ParamsSource.Of(found) : null;
            var source = @params?.Said.ContainsKey("group.name") == true ? @params : own;
            var name = source.Said.GetValueOrDefault("group.name");
            if (name is not null && (name.Length > MaxNameLength || !GroupName().IsMatch(name)))
            {
                context.Refuse(new ConfigError(source.Origin.File, source.Origin.LineOf(source.Field("group.name")), source.Key.ToString(), source.Field("group.name"),
                    $"found '{name}'; at most {MaxNameLength} lower-case letters, digits, '-' and '.' are wanted, a letter or digit first and last; {InNone(source == own ? "it" : ingress.Key.ToString())}"));
                continue;
            }

            // No group's name has a slash.
            var id = name ?? ingress.Key.Short;
            if (problem is not null && !before.HasMember(id, ingress.Key))
            {
                context.Refuse(ingress, "spec.ingressClassName", $"invalid ingress class: {problem}; {NotOfClass}");
                continue;
            }

            if (!groups.TryGetValue(id, out var group)) groups[id] = group = (name, [], new ErrorList());
            if (problem is not null) group.Errors.Add(ingress, "spec.ingressClassName", $"Ingress has invalid IngressClass configuration: {problem}");
            var annotations = new ControllerAnnotations(group.Errors, context.Warnings, @params is null ? [own] : [@params, own]);
            group.Members.Add(new GroupMember(ingress, annotations, annotations.Number("group.order", -1000, 1000) ?? 0, @params));
        }

        return [.. groups.Values.Select(g => new IngressGroup(g.Name, [.. g.Members.OrderBy(m => m.Order).ThenBy(m => m.Name, StringComparer.Ordinal)], g.Errors))];
    }

    /// <summary>The one value that the members give an annotation; null when none gives one. Two that differ stop the whole group, as they stop the controller.</summary>
    internal string? Only(string name, string what) => Only(name, what, annotations => annotations.Text(name));

    /// <summary>The same of a value that isn't compared as it is written.</summary>
    internal T? Only<T>(string name, string what, Func<ControllerAnnotations, T?> read)
    {
        var told = Members.Where(m => m.Annotations.Text(name) is not null).Select(m => (Member: m, Value: read(m.Annotations))).ToList();
        foreach (var (other, _) in told.Where(t => !EqualityComparer<T?>.Default.Equals(t.Value, told[0].Value)))
        {
            other.Annotations.Error(name, Conflict(what, (told[0].Member, told[0].Member.Annotations.Text(name)!), (other, other.Annotations.Text(name)!)));
        }

        return told.Count == 0 ? default : told[0].Value;
    }

    /// <summary>The annotations of the first member that gives one; null when none does.</summary>
    internal ControllerAnnotations? Teller(string name) => Members.FirstOrDefault(m => m.Annotations.Text(name) is not null)?.Annotations;

    /// <summary>A load balancer's scheme: the one value that the members give an annotation, else <c>internal</c>.</summary>
    internal string Scheme(string name)
    {
        var scheme = Only(name, "scheme") ?? "internal";
        if (scheme is not ("internal" or "internet-facing")) Teller(name)?.Error(name, $"unknown scheme: '{scheme}'; allowed are internal and internet-facing");
        return scheme;
    }

    /// <summary>What is told of two members that say different things.</summary>
    internal static string Conflict(string what, (GroupMember Member, string Value) first, (GroupMember Member, string Value) other) =>
        $"conflicting {what}: '{first.Value}' ({first.Member.Name}) and '{other.Value}' ({other.Member.Name}) in one group; give both the same, or one of them none";

    [GeneratedRegex("^([a-z0-9][-a-z0-9.]*)?[a-z0-9]$", RegexOptions.NonBacktracking)]
    private static partial Regex GroupName();
}
