using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>What becomes of an annotation of the AWS Load Balancer Controller.</summary>
internal enum AnnotationState
{
    /// <summary>It does what the controller makes of it.</summary>
    Applied,

    /// <summary>It changes nothing that a request meets here, and is accepted without a word.</summary>
    Silent,

    /// <summary>It would keep requests out or change their way on AWS, and has no effect here: a warning.</summary>
    WithoutEffect,

    /// <summary>It would change what is answered, and isn't supported: nothing is made of the object that has it.</summary>
    Refused,
}

/// <summary>All annotations of the AWS Load Balancer Controller with one prefix.</summary>
internal sealed class AnnotationTable
{
    private readonly Dictionary<string, AnnotationState> states;
    private readonly IReadOnlyList<(string Start, AnnotationState State)> named;

    /// <param name="prefix">What stands before their names.</param>
    /// <param name="named">Those that end in a name of something else, by what stands before it.</param>
    /// <param name="groups">The others.</param>
    internal AnnotationTable(string prefix, IReadOnlyList<(string Start, AnnotationState State)> named, params (string[] Names, AnnotationState State)[] groups)
    {
        (Prefix, this.named) = (prefix, named);
        states = groups.SelectMany(g => g.Names.Select(name => (Name: name, g.State))).ToDictionary(pair => pair.Name, pair => pair.State, StringComparer.Ordinal);
    }

    /// <summary>What stands before their names.</summary>
    internal string Prefix { get; }

    /// <summary>Every annotation; one that ends in <c>NAME</c> stands for those of any name.</summary>
    internal IEnumerable<(string Name, AnnotationState State)> All => states.Select(pair => (pair.Key, pair.Value)).Concat(named.Select(n => (n.Start + "NAME", n.State)));

    /// <summary>Every annotation without its prefix and, where it has one, without its name.</summary>
    internal IEnumerable<string> Names => states.Keys.Concat(named.Select(n => n.Start));

    /// <summary>The annotation that a slip was meant to be, without its prefix; null for one that is far from all.</summary>
    internal string? Near(string name)
    {
        if (NearestWord.Of(name, states.Keys) is { } near) return near;
        var dot = name.IndexOf('.', StringComparison.Ordinal) + 1;
        return dot > 0 && NearestWord.Of(name[..dot], named.Select(n => n.Start)) is { } start ? start + name[dot..] : NearestWord.Longer(name, states.Keys);
    }

    /// <summary>What becomes of an annotation, without its prefix; null for one that the controller doesn't have.</summary>
    internal AnnotationState? Of(string name)
    {
        if (states.TryGetValue(name, out var state)) return state;
        foreach (var (start, own) in named)
        {
            if (name.Length > start.Length && name.StartsWith(start, StringComparison.Ordinal)) return own;
        }

        return null;
    }
}
