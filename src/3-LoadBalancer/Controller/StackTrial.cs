using Usher.Model.Contracts;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.LoadBalancer;

/// <summary>
/// Tries what the controller made before it counts: what the ELBv2 API would refuse of it, a certificate that isn't issued too, is wrong with the stack that made it, and not with the road. It is compiled as it will be, and what is found wrong is told of the
/// Ingress or Service behind it.
/// </summary>
internal static class StackTrial
{
    internal static void Of(CompileContext context, IReadOnlyList<Stack> stacks, IEnumerable<IListenerTrial> trials)
    {
        Names(context, stacks);
        var right = stacks.Where(s => s.Errors.IsEmpty).ToList();
        var trial = context with { State = context.State.With(right.SelectMany(s => s.Made)), Errors = new ErrorList(), Warnings = new ErrorList() };
        trial = trial with { Addresses = context.Addresses.Next(new LoadBalancerClaims().Claims(trial)) };
        _ = new LoadBalancerCompiler().Compile(trial);
        foreach (var other in trials) other.Try(trial);
        if (trial.Errors.IsEmpty) return;
        // Of several that made it the first is told.
        var made = new Dictionary<string, (Stack Stack, Resource Made)>(StringComparer.Ordinal);
        foreach (var (stack, one) in right.SelectMany(s => s.Made, (s, m) => (s, m))) made.TryAdd(one.Key.ToString(), (stack, one));
        foreach (var error in trial.Errors.All)
        {
            // What is wrong with what people wrote is told when it is compiled.
            if (!made.TryGetValue(error.Object, out var found)) continue;
            var (key, origin) = found.Stack.MemberOf(found.Made);
            found.Stack.Errors.Add(key, origin, "", $"of its {error.Object}, {error.Field}: {error.Message}");
        }
    }

    /// <summary>A load balancer's name is one in the account: that of one that somebody wrote, or of the first stack.</summary>
    private static void Names(CompileContext context, IReadOnlyList<Stack> stacks)
    {
        var names = context.State.All<Model.Aws.LoadBalancer>().GroupBy(b => b.Value.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Key.ToString(), StringComparer.Ordinal);
        foreach (var stack in stacks.Where(s => s.Errors.IsEmpty))
        {
            foreach (var made in stack.Made)
            {
                if (made.Value is not Model.Aws.LoadBalancer { Name: var name } || names.TryAdd(name, stack.Label)) continue;
                var (key, origin) = stack.MemberOf(made);
                stack.Errors.Add(key, origin, "", $"its load balancer's name is {name}, which that of {names[name]} has (DuplicateLoadBalancerName); give it another");
            }
        }
    }
}
