using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Ingress.Gateways;

/// <summary>Collects what is said of the Gateway API's objects while they are compiled.</summary>
/// <param name="context">Who is told of what isn't accepted.</param>
/// <param name="before">What the running generation says: a condition that stays keeps its time.</param>
internal sealed class StatusBoard(CompileContext context, IReadOnlyList<ObjectStatus> before)
{
    private readonly List<ObjectStatus> all = [];

    /// <summary>Everything that was said.</summary>
    internal IReadOnlyList<ObjectStatus> All => all;

    /// <summary>Says something of an object, or of a part of it.</summary>
    /// <param name="resource">The object.</param>
    /// <param name="part">The part; empty for the object.</param>
    /// <param name="conditions">The conditions.</param>
    /// <param name="fields">What else is said.</param>
    internal void Say<T>(Resource<T> resource, string part, IEnumerable<Condition> conditions, params KeyValuePair<string, string>[] fields) where T : class =>
        all.Add(new ObjectStatus(resource.Key, part, resource.Generation, [.. conditions.Select(c => Since(resource.Key, part, c))]) { Fields = fields });

    /// <summary>Tells people of a condition that doesn't hold.</summary>
    internal void Refuse<T>(Resource<T> resource, string field, Condition condition) where T : class =>
        context.Refuse(resource, field, $"{condition.Type} is {condition.Status}, {condition.Reason}: {condition.Message}");

    private Condition Since(ResourceKey key, string part, Condition condition)
    {
        foreach (var status in before)
        {
            if (status.Key != key || status.Part != part) continue;
            foreach (var last in status.Conditions)
            {
                if (last.Type == condition.Type && last.Holds == condition.Holds) return condition with { Since = last.Since };
            }
        }

        return condition with { Since = context.Observed.Now };
    }
}
