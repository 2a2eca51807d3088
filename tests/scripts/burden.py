"""A second computation of `process burden`: STORE and the JSON of the report, of a process without `only` and `ask_when`.

    salesctl demo shop && cd shop && salesctl process burden --json > burden.json && python3 burden.py sales.db burden.json
"""
import sqlite3, json, tomllib, sys
from math import sqrt, hypot
db=sqlite3.connect(sys.argv[1])
text=db.execute('select text from process_version order by version desc').fetchone()[0]
P=tomllib.loads(text)
st=[s['name'] for s in P['stage']]
req={}
for i,s in enumerate(P['stage']):
    L=[]
    for r in s.get('requires',[]): 
        n=r if isinstance(r,str) else r['name']
        k='role' if n in('initiator','influencer','decider','buyer','user','gatekeeper') else 'field'
        L.append((k,n,n))
    for t in s.get('steps',[]):
        if isinstance(t,str): t={'name':t}
        if t.get('required',True): L.append(('step',t['name'],t.get('title',t['name'].replace('_',' ').capitalize())))
    req[s['name']]=L
def fact(d,n,day):
    r=db.execute('select whole,number,text from fact where subject=? and name=? and day<=? order by day desc limit 1',(d,n,day)).fetchone()
    if r is None: return None
    return next((x for x in r if x is not None),None)
T={}
state={d:s for d,s in db.execute('select id,state from deal')}
lastask={}
won=set(); typed={}
for d in state:
    at=None
    for day,kind,body in db.execute("select e.day,e.kind,e.body from event e join operation o on o.id=e.operation where o.undone_ts is null and e.stream=? order by e.effective,e.seq",(d,)):
        b=json.loads(body)
        gates=None
        if kind=='stage_entered':
            if b['how']=='advance': gates=[at]
            at2=b['stage']
        elif kind=='won' and not b.get('imported'):
            gates=st[st.index(at):]; won.add(d)
            at2=at
        elif kind=='reopened':
            at=b.get('stage') or at; continue
        else:
            k={'deal_opened':'account','step_done':'step','role_given':'role'}.get(kind)
            if kind=='follow_up_added' and not b['by_rule']: k='next'
            if kind=='changed' and b.get('attribute')!='owner': k='changed'
            if k: typed[d]=typed.get(d,0)+1
            continue
        if gates:
            op=(b.get('overridden') or {}).get('open',[])
            seen=set()
            for g in gates:
                for k,n,title in req[g]:
                    if (k,n) in seen: continue
                    seen.add((k,n))
                    f={'field':n,'role':'has_'+n,'step':'done_'+n}[k]
                    if n=='value': f='.value_minor'
                    v=fact(d,f,day)
                    ok = v is not None and (v==1 if k!='field' else str(v).strip()!='')
                    t=T.setdefault((k,n),[0,0,0]); t[0]+=1; t[1]+=ok; t[2]+=title in op
                    if kind!='won': lastask[(k,n,d)]=ok
        at=at2
def wil(s,n,z=1.959963984540054):
    p=s/n; m=(p+z*z/2/n)/(1+z*z/n); r=z*sqrt(p*(1-p)/n+z*z/4/n/n)/(1+z*z/n); return m-r,m+r
def newc(a,n,b,m):
    p,q=a/n,b/m; l1,u1=wil(a,n); l2,u2=wil(b,m)
    return p-q, p-q-hypot(p-l1,u2-q), p-q+hypot(u1-p,q-l2)
if __name__=='__main__':
    out={(r['kind'],r['name']):r for r in json.load(open(sys.argv[2]))['rows']}
    bad=0
    for k,t in T.items():
        W=[state[d]=='won' for (kk,n,d),ok in lastask.items() if (kk,n)==k and ok and state[d] in('won','lost')]
        O=[state[d]=='won' for (kk,n,d),ok in lastask.items() if (kk,n)==k and not ok and state[d] in('won','lost')]
        r=out[k]
        mine=(t[0],t[1],t[2],len(W),len(O))
        theirs=(r['asked'],r['filled'],r['overridden'],r['with_n'],r['without_n'])
        df=newc(sum(W),len(W),sum(O),len(O)) if len(W)>=5 and len(O)>=5 else (None,)*3
        same=mine==theirs and all((a is None)==(b is None) and (a is None or abs(a-b)<1e-9) for a,b in zip(df,(r['difference_share'],r['difference_low'],r['difference_high'])))
        bad+=not same
        print('ok' if same else 'DIFFERS',k,mine,theirs,df)
    print(len(T),len(out),'differing',bad,'typed',sum(typed.get(d,0) for d in won)/len(won),len(won))
