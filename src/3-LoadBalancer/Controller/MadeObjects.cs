using System.Runtime.CompilerServices;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>What the controller made for the running generation. Objects know neither who made them nor what they said, so that is noted of them here.</summary>
internal sealed class MadeObjects
{
    private static readonly ConditionalWeakTable<object, Note> Notes = [];

    private readonly DesiredState previous;
    private readonly Lazy<ILookup<string, Resource>> byStack;

    // What is compared is asked for twice: before the trial, and when it is kept.
    private readonly Dictionary<object, string> said = new(ReferenceEqualityComparer.Instance);

    internal MadeObjects(DesiredState previous)
    {
        this.previous = previous;
        // Only a stack with which something is wrong asks.
        byStack = new(() => Noted<Model.Aws.LoadBalancer>().Concat(Noted<Listener>()).Concat(Noted<ListenerRule>()).Concat(Noted<TargetGroup>()).Concat(Noted<TargetGroupBinding>()).Concat(Noted<Certificate>())
            .ToLookup(n => n.Stack, n => n.Made, StringComparer.Ordinal));
    }

    /// <summary>What a stack made for the running generation.</summary>
    internal IReadOnlyList<Resource> Of(string stack) => [.. byStack.Value[stack]];

    /// <summary>All bindings that it made.</summary>
    internal IEnumerable<TargetGroupBinding> Bindings => Noted<TargetGroupBinding>().Select(n => (TargetGroupBinding)n.Made.Value);

    /// <summary>Whether a stack has rules of an Ingress in the running generation.</summary>
    internal bool HasMember(string stack, ResourceKey ingress) => byStack.Value[stack].Any(m => m.Value is ListenerRule rule ? rule.Ingress == ingress : m.Value is Listener listener && listener.Ingress == ingress);

    /// <summary>Whether an object says what that of the running generation says, whatever targets are registered.</summary>
    internal bool IsAsBefore(Resource made) => Had(made) is { } had && Notes.TryGetValue(had, out var note) && note.Says == Says(made.Value);

    /// <summary>The object with its targets, with that of the running generation in its place when that says the same.</summary>
    /// <param name="made">The object.</param>
    /// <param name="targets">The targets of a target group; none of any other object.</param>
    /// <param name="stacks">Who made it.</param>
    internal Resource Keep(Resource made, IReadOnlyList<TargetDescription> targets, IReadOnlyList<string> stacks)
    {
        if (Had(made) is { } had && Notes.TryGetValue(had, out var note) && note.Says == Says(made.Value) && (had is not TargetGroup before || before.Targets.SequenceEqual(targets)))
        {
            note.Stacks = stacks;
            return made with { Value = had };
        }

        var value = made.Value is TargetGroup group ? group with { Targets = targets } : made.Value;
        Notes.AddOrUpdate(value, new Note(Says(made.Value)) { Stacks = stacks });
        return made with { Value = value };
    }

    private object? Had(Resource made) => previous.Find(made.Key)?.Value;

    private IEnumerable<(string Stack, Resource Made)> Noted<T>() where T : class =>
        previous.All<T>().SelectMany(r => Notes.TryGetValue(r.Value, out var note) ? note.Stacks.Select(s => (s, r.Untyped)) : []);

    private string Says(object value)
    {
        if (!said.TryGetValue(value, out var text))
        {
            said[value] = text = Notes.TryGetValue(value, out var note) ? note.Says : DerivedObjects.Text(value is TargetGroup { Targets.Count: > 0 } group ? group with { Targets = [] } : value);
        }

        return text;
    }

    private sealed class Note(string says)
    {
        public string Says { get; } = says;

        public IReadOnlyList<string> Stacks { get; set; } = [];
    }
}
