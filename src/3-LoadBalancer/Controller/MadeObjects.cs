using System.Runtime.CompilerServices;
using System.Text.Json;
using Usher.Model.Aws;
using Usher.Model.Desired;

namespace Usher.LoadBalancer;

/// <summary>What the controller made for the running generation. Objects know neither who made them nor what they said, so that is noted of them here.</summary>
internal sealed class MadeObjects(DesiredState previous)
{
    private static readonly ConditionalWeakTable<object, Note> Notes = [];

    /// <summary>What a stack made for the running generation.</summary>
    internal IReadOnlyList<Resource> Of(string stack) =>
        [.. Made<Model.Aws.LoadBalancer>(stack), .. Made<Listener>(stack), .. Made<ListenerRule>(stack), .. Made<TargetGroup>(stack), .. Made<TargetGroupBinding>(stack), .. Made<Certificate>(stack)];

    /// <summary>Whether a stack has rules of an Ingress in the running generation.</summary>
    internal bool HasMember(string stack, ResourceKey ingress) =>
        Made<ListenerRule>(stack).Any(r => ((ListenerRule)r.Value).Ingress == ingress) || Made<Listener>(stack).Any(l => ((Listener)l.Value).Ingress == ingress);

    /// <summary>Whether an object says what that of the running generation says, whatever targets are registered.</summary>
    internal bool IsAsBefore(Resource made) => Had(made) is { } had && Notes.TryGetValue(had, out var note) && note.Says == Says(made.Value);

    /// <summary>The object, with that of the running generation in its place when that says the same.</summary>
    /// <param name="made">The object.</param>
    /// <param name="stacks">Who made it.</param>
    internal Resource Keep(Resource made, IReadOnlyList<string> stacks)
    {
        if (Had(made) is { } had && Notes.TryGetValue(had, out var note) && note.Says == Says(made.Value) && Targets(had).SequenceEqual(Targets(made.Value)))
        {
            note.Stacks = stacks;
            return made with { Value = had };
        }

        Notes.AddOrUpdate(made.Value, new Note(Says(made.Value)) { Stacks = stacks });
        return made;
    }

    private object? Had(Resource made) => previous.Find(made.Key)?.Value;

    private IEnumerable<Resource> Made<T>(string stack) where T : class =>
        previous.All<T>().Where(r => Notes.TryGetValue(r.Value, out var note) && note.Stacks.Contains(stack, StringComparer.Ordinal)).Select(r => new Resource(r.Key, r.Value, r.Origin));

    private static IReadOnlyList<TargetDescription> Targets(object value) => value is TargetGroup group ? group.Targets : [];

    private static string Says(object value) => JsonSerializer.Serialize(value is TargetGroup group ? group with { Targets = [] } : value, value.GetType());

    private sealed class Note(string says)
    {
        public string Says { get; } = says;

        public IReadOnlyList<string> Stacks { get; set; } = [];
    }
}
