#include "core/gate/name_list.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "core/gate/text_view.h"

namespace corridor {
namespace {

// "~" marks a weak one.
constexpr std::string_view kNames[] = {
    // English and other European given names and surnames.
    "james john robert michael william david richard joseph thomas ~christopher charles daniel "
    "matthew "
    "anthony ~mark donald steven paul andrew joshua kenneth kevin brian ~george timothy ronald "
    "edward "
    "~jason jeffrey ~ryan jacob gary nicholas eric jonathan stephen ~larry ~justin ~scott brandon "
    "benjamin "
    "samuel gregory alexander patrick ~frank raymond ~jack dennis ~jerry ~tyler aaron jose adam "
    "nathan ~henry "
    "zachary douglas peter ~kyle noah ethan jeremy walter keith ~roger ~terry ~sean gerald ~carl "
    "harold "
    "~dylan arthur lawrence jesse bryan billy ~bruce gabriel joe ~logan alan juan ~albert willie "
    "elijah ~wayne "
    "randy vincent philip bobby johnny bradley simon martin oliver ~francis hillary collins felix "
    "edwin "
    "geoffrey godfrey humphrey julius leonard moses ~nelson ~victor ~wilson wycliffe alfred amos "
    "caleb isaac "
    "elias ezekiel emmanuel evans erick fredrick gideon josphat jared reuben silas solomon titus "
    "timothy "
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty "
    "margaret "
    "~sandra ashley kimberly emily donna michelle ~carol amanda dorothy melissa deborah stephanie "
    "rebecca "
    "~sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen "
    "samantha "
    "katherine christine debra rachel carolyn janet catherine maria ~heather diane ruth julie "
    "olivia joyce "
    "~virginia ~victoria ~kelly lauren christina joan evelyn judith megan andrea cheryl ~hannah "
    "jacqueline "
    "martha ~gloria teresa ann sara ~madison frances kathryn janice ~jean abigail alice julia judy "
    "sophia "
    "~grace denise ~amber doris marilyn danielle beverly isabella theresa diana natalie brittany "
    "charlotte marie kayla ~alexis ~lori agnes beatrice ~caroline esther eunice ~faith ~hope ~joy "
    "~mercy "
    "~patience ~precious ~blessing ~peace ~charity ~prudence ~gift ~innocent ~fortune ~prince "
    "~princess "
    "~lucky ~angel ~rose ~lily ~daisy ~ruby ~pearl ~violet ~ivy ~iris ~dawn ~april ~june ~summer "
    "irene "
    "jane josephine lilian loise lucy lydia mildred millicent miriam monica naomi ~purity "
    "priscilla rahab "
    "rosemary selina tabitha veronica winfred winnie zipporah jackline dorcas damaris phoebe "
    "phyllis "
    "smith johnson williams ~brown jones ~miller davis ~wilson anderson thomas ~taylor ~moore "
    "thompson ~white "
    "~harris ~clark ~lewis robinson ~walker ~young ~king ~wright ~hill ~green ~baker ~nelson "
    "~carter mitchell "
    "roberts ~turner phillips campbell ~parker edwards ~stone ~doe",
    // French, and the names of Burundi, Rwanda and the Congo.
    "pierre jacques philippe françois francois michel andré andre alain bernard christophe didier "
    "emmanuel étienne etienne fabrice gérard gerard guillaume ~guy henri hervé jérôme jerome "
    "laurent luc "
    "~marc mathieu maurice nicolas olivier pascal rené rene rémy ~serge sylvain sylvestre thierry "
    "vincent "
    "yves jean-claude jean-pierre jean-paul jean-marie jean-bosco jean-baptiste aline béatrice "
    "brigitte "
    "cécile ~chantal ~claire claudette claudine colette delphine ~dominique élise elise espérance "
    "~florence "
    "françoise francine gisèle hélène isabelle jacqueline jeanne joséphine ~juliette liliane "
    "louise "
    "madeleine marguerite marie-claire martine mathilde michèle monique nadine nathalie odette "
    "pascaline "
    "sandrine ~solange sylvie thérèse valérie véronique ~violette yvette yvonne goreth dupont "
    "durand "
    "leroy moreau lefebvre ndayizeye nkurunziza niyonkuru niyonzima ntahomvukiye ndayishimiye "
    "ndikumana nahimana hakizimana habonimana habimana irakoze irambona iradukunda ~kwizera "
    "manirakiza "
    "manirambona mukamana mukeshimana muhimpundu ~mugisha ~munezero nduwayo nduwimana ngendakumana "
    "nibigira niragira nishimwe niyongabo niyonsaba nizigiyimana nsabimana nsengiyumva "
    "nshimirimana "
    "ntakirutimana ntirampeba uwimana uwamahoro uwase umutoni ingabire ~ishimwe bigirimana "
    "barakamfitiye "
    "bizimana bukuru cishahayo gahungu havyarimana kabura kamikazi ~kaneza mbonimpa mpawenimana "
    "mukandayisenga ndereyimana nijimbere ndayiragije sindayigaya tuyisenge twagirayezu kagame "
    "kayitesi mutesi mukarwego murekatete nyirahabimana ~ngabo rwigema kabila mutombo ilunga "
    "kasongo "
    "kabongo ~mwamba tshimanga tshibangu kalala ngoy mukendi",
    // Kenya, Uganda, Tanzania.
    "wanjiku wanjiru wangari wambui wairimu wanjeri waithera wangui wangeci wamaitha wacera njeri "
    "nyambura muthoni mumbi nyokabi njoki kamau kariuki kimani karanga kinyua kuria macharia maina "
    "mbugua "
    "mburu muchiri mugo muiruri muriuki murithi mwangi mwaniki ndirangu ndungu ndung'u ng'ang'a "
    "nganga "
    "ngugi njenga njoroge njuguna nyaga thuo waweru githinji gichuki gitau gathoni kagendo kendi "
    "makena "
    "nkatha kinoti kirimi muriithi mutua mutuku musyoka mwende mumo mueni ndanu ndunge kavata "
    "kioko "
    "kilonzo kyalo makau mbithe mutiso muthama nduku nzomo syokau wambua wavinya achieng adhiambo "
    "akinyi "
    "akoth anyango apiyo atieno auma awino awuor odhiambo ochieng okello okoth omondi onyango "
    "opiyo otieno "
    "oduor oduya ogola ogutu ojwang okeyo okumu oluoch omolo ondiek onyancha owino owuor ouma ouko "
    "obama "
    "odinga oginga cherono chebet chepkoech cheptoo chelimo chepkemoi jebet jepchirchir jepkosgei "
    "jerono "
    "jeptoo kemboi kiplagat kipkemboi kipchoge kipchumba kiprono kiprop kiprotich kiptoo kipkorir "
    "kibet "
    "koech koskei korir langat lagat rotich ruto rono ~sang tanui ~too cheruiyot bett biwott "
    "barasa "
    "wafula wekesa wanyama wanyonyi simiyu sifuna nafula nekesa naliaka nasimiyu nanjala wamalwa "
    "khaemba "
    "makokha mukhwana shikuku imbuga mwikali nyaboke kemunto kwamboka moraa bosibori gesare "
    "nyamweya "
    "nyambane momanyi ondieki ongeri onsongo mogaka moturi fatuma halima amina asha zainab zuhura "
    "mwanaisha "
    "mwanajuma mwanahamisi rehema salma hadija khadija mariam maryam saida rukia ~neema ~zawadi "
    "~imani "
    "~baraka ~amani ~furaha ~upendo ~bahati ~faraja ~tumaini ~subira ~pendo ~penda ~rehema ~juma "
    "hamisi "
    "~ramadhani rashid rajabu ~salim salum said saidi seif selemani suleiman shabani hassan "
    "hussein "
    "hassani "
    "bakari athumani abdallah abdalla abdi abdul ali omar omari ~osman mohamed mohammed mohamud "
    "muhammad "
    "ahmed ahmad yusuf yusufu ibrahim ismail idris issa jabir kassim khalid khamis mbwana mfaume "
    "mwinyi "
    "mussa musa mustafa masoud nassor ~nuru othman swalehe mwakalinga mwakyusa mwaipopo ~mwamba "
    "massawe "
    "mushi swai kimaro lyimo mosha ~temba tarimo shayo urassa ~minja mollel laizer mwita marwa "
    "~chacha nyerere "
    "magufuli kikwete mkapa masanja maduhu mabula lugola ngowi nkya ~komba mapunda haule ngonyani "
    "mbilinyi "
    "~sanga kyando mwandosya kazimoto joyce anastazia upendo devotha prisca ~happiness ~godlove "
    "godbless "
    "nakato babirye wasswa kato nakirya namukasa nansubuga nabirye nabukenya nabatanzi nakabugo "
    "nakawesi "
    "nakimuli nakitende nalubega nalwoga namaganda namatovu nambi namubiru namugga nannyonga "
    "nassali "
    "nantongo nalule kizza kiggundu kaggwa kasozi kato kayiira kibuuka kigozi kintu kirabo "
    "kiwanuka "
    "kyagulanyi lubega lukwago lule lutaaya mayanja mubiru mugerwa ~mugisha mukasa mulindwa "
    "mulondo "
    "musisi musoke mutebi muwanga muwonge nsubuga ntege sekandi semakula serunjogi serwadda ssali "
    "ssebagala ssebunya ssekandi ssemakula ssempijja ssentamu ssenyonga tumusiime tumwine "
    "tumwesigye "
    "twinomujuni turyasingura tusiime asiimwe atuhaire ainebyoona ahimbisibwe akankwasa arinaitwe "
    "byaruhanga kabagambe katushabe kemigisha kyomuhendo mbabazi muhwezi museveni natukunda "
    "ninsiima "
    "nuwagaba orishaba rwabwogo tibenderana acen achan acheng adong akello akot amony anena apio "
    "aber "
    "auma ayaa lakot lamunu opio ocen odong odongo ojok okot olanya oloya omara onen opolot ocan "
    "otim "
    "otto okwir okello",
    // Ethiopia, Eritrea, Somalia; romanised.
    "abebe abebech abera abiy ~abraham adane addisu alemayehu alemu almaz amanuel amare aregash "
    "asefa asfaw "
    "aster ayele ayelech aynalem azeb bekele belay belaynesh berhanu berhane beyene biniam bisrat "
    "biruk "
    "dagmawi dawit demeke dereje desalegn ~desta elsabet endale eshetu eyerusalem fantu fekadu "
    "feven "
    "fikadu fikre fikru firehiwot fitsum gebre gebremariam gebremedhin gebreselassie getachew "
    "getahun "
    "~girma girmay gizachew habtamu hagos ~haile hailemariam hailu ~hana henok hirut ~hiwot ~iyob "
    "~kassa "
    "kassahun kebede kebebush kidane kidist lemlem lemma lidya lulit makeda markos mekdes mekonnen "
    "melaku meles meseret meskerem mesfin mihret mulatu ~mulu mulugeta nardos negash negasi rahel "
    "~saba "
    "sahle samrawit ~selam selamawit senait seyoum shewit shiferaw sisay sintayehu solomon tadele "
    "tadesse "
    "tamirat tamrat tariku tekle teklu tesfaye tesfahun teshome tewodros tigist tilahun tirunesh "
    "tsegaye "
    "tsehay tsion walelign wondimu wondwosen workneh worku wubit yared yemane yeshi yoseph "
    "yohannes "
    "yonas zelalem zenebech zewdu zerihun tolera tolosa gemechu gudina ~guta hundessa jaleta kumsa "
    "lelisa "
    "lencho megersa merga negassa ~obsa olana ~regassa ~tafa tolasa wakjira chaltu ayantu bontu "
    "hawi lensa "
    "~kuma ~dinka dida fayisa feyisa galata gemeda abdirahman abdullahi abdiaziz abdikadir "
    "abdirashid "
    "abdifatah abdinasir ayaan ayan faduma fadumo fartun ~farah faarax hodan hawo habiba hibaq "
    "ifrah "
    "~jama jaamac khadra ~liban mahad maxamed mohamud nimco nimo nuur osob qamar roble ~sagal "
    "sahra "
    "sahal samatar shukri siyad warsame xasan xaliimo yusra zamzam ubah cabdi cabdullahi axmed "
    "caasha",
    // Indonesia and Malaysia.
    "budi siti agus ~dewi ~sri ~putri rina yanti joko bambang slamet ~eko rudi hendra ~andi ahmad "
    "muhammad mohamad mohd ~nur nurul nurhayati nurjanah nuraini nurhaliza ~fitri fitriani ~ayu "
    "~indah "
    "~lestari ~bayu ~agung ~surya ~dian ~ratna ~wati susanti susanto suryani suryanto sutrisno "
    "supriyadi "
    "supardi sugeng suharto sukarno sulastri sumarni sumiati suparman supriyanto suwarno ~tuti "
    "~tri ~wahyu "
    "wahyuni widodo wibowo wijaya winarti yulianti ~yuni yusuf zainal zulkifli abdurrahman aditya "
    "~adi "
    "aisyah aminah anita ~ari ~arief arif aryanto asep ~aulia ~cahyono cecep ~chandra darmawan "
    "dedi dedy ~deni "
    "desi dimas doni ~dwi ~edi ~eka endang erna ~fajar farhan fauzi fauziah ferdi firmansyah "
    "gunawan ~guntur "
    "~hadi ~haris hartono hasan ~hasanah herman hermawan heru ~hidayat ibrahim ~ika ~imam imran "
    "~indra irfan irma "
    "irwan iskandar iwan jumiati ~kartika kartini komang kurniawan ketut ~laila ~made ~maya ~mega "
    "~mira "
    "mulyadi mulyani ~murni ningsih novi nugroho nyoman pramono prasetyo ~pratama purnomo purwanto "
    "~putu "
    "~rahmat rahmawati ~rahayu ~rama ~ramadhan ~rani ~reza ridwan rizki rizal rohani rohmah rosita "
    "rustam "
    "saiful ~salim ~santi santoso saputra ~sari setiawan setiawati simanjuntak sihombing siregar "
    "nasution "
    "lubis harahap hutapea panjaitan simbolon sinaga situmorang tambunan ginting sembiring tarigan "
    "sitepu wulandari yohanes yudi yulia zahra hasibuan pangestu halimah hamidah faridah azizah "
    "zainab "
    "norliza noraini rosmah rosnah shahrul syafiq syahirah hafiz ~hakim haziq izzati nabila ~razak "
    "razali "
    "zulkarnain kamaruddin ismail othman ~rahim ~rahman tengku ~wan ~nik khairul fadzil anuar "
    "azman azlan "
    "~lim ~wong chong leong cheong ~kumar muthu raju subramaniam krishnan letchumi",
    // Philippines.
    "juan jose maria ~cruz santos reyes garcia mendoza bautista ~ramos aquino villanueva ~santiago "
    "gonzales "
    "gonzalez lopez hernandez ~flores ~castillo ~rivera ~torres ~tomas fernandez perez ~castro "
    "~mercado "
    "aguilar ~domingo ~salazar ~navarro pascual valdez soriano ferrer ~del-rosario ~rosario "
    "~francisco "
    "manalo dizon tolentino panganiban magsaysay macapagal dimaculangan dimagiba catacutan "
    "pangilinan "
    "lumibao batungbakal manansala bonifacio mabini ~marcos duterte ~ligaya maricel maricar "
    "marites "
    "maribel marilou marivic jennelyn jerome jomar jonel joel rodel rommel ronaldo rolando renato "
    "reynaldo "
    "ramon ricardo roberto rodrigo danilo dindo efren eduardo emilio enrique ernesto fernando "
    "felipe "
    "gregorio isagani jaime joaquin jocelyn jomel junjun kristine leonora lorna ~lourdes ~luz "
    "luzviminda "
    "mariano marlon melchor milagros nestor norberto pedro perla rafael rosalie rosalinda ~rosario "
    "rowena "
    "rosemarie ruel sheila teresita vicente wilfredo analyn annalyn angelica arnel arlene benigno "
    "carlos carmelita ~corazon cristina crisanto delia ~divina edgardo edwin erlinda imelda ~inday "
    "~dodong "
    "undoy tessie nenita nerissa nimfa princess jayson jericho aldrin alvin ~bong arvin reymark",
    // Spanish and Portuguese.
    "alejandro alberto alfredo antonio arturo carlos cesar césar diego esteban fabio fabián "
    "guillermo "
    "gustavo hector héctor hugo ignacio javier joão joao jorge josé julio leonardo ~lucas luis "
    "manuel "
    "marcelo mario martín miguel óscar oscar pablo paulo ricardo rodríguez rodriguez sergio tomás "
    "víctor "
    "alejandra adriana beatriz camila ~carmen ~carolina catalina claudia daniela elena fernanda "
    "gabriela "
    "guadalupe inês ines isabel juana juliana leticia lucía lucia luciana luisa margarita mariana "
    "~marta "
    "mônica ~natalia ~paula ~pilar raquel ~rosa sofía ~sofia susana valentina vanessa verónica "
    "ximena yolanda "
    "silva souza sousa oliveira pereira ~costa ~ferreira rodrigues almeida nascimento carvalho "
    "gomes "
    "martins araújo ribeiro ~alves ~lima barbosa ~rocha ~dias nunes machel macuácua machava "
    "mondlane chissano "
    "~cossa nhantumbo sitoe ~tembe martínez martinez sánchez sanchez ramírez ramirez gómez gomez "
    "díaz diaz "
    "~vargas jiménez jimenez ortiz gutiérrez gutierrez chávez ~morales",
    // Thai, Lao, Khmer, Burmese; romanised.
    "somchai somsak ~somporn somying sombat sompong suchart sunee suda sukanya supaporn surachai "
    "prasert "
    "prayuth prayut pranee pornthip pornchai wichai wichit ~wilai wanchai wandee waraporn narong "
    "narongsak "
    "nattapong nattaya nattawut noppadon ~niran nipa ~malee ~manee ~mongkol kamol ~kanya kanokwan "
    "kittisak "
    "kittipong krisada chaiwat chalerm chanida ~charoen chatchai ~duangjai jiraporn jintana "
    "pattaraporn "
    "phongsak pimchanok pichai piyawat prapai preecha ratchanee rattana rungnapa saowanee sarawut "
    "siriporn "
    "sirichai sumalee tanawat ~tawan thaksin thanakorn thanawat thawatchai thongchai ~udom ~ubon "
    "vichai "
    "wirat yupin apichat anong anucha arunee areerat ekachai jaidee saetang srisai sukjai rakdee "
    "boonmee "
    "boonsong bounmy bounthanh khamla khamphone khamsing ~keo keomany phommachanh phonsavanh "
    "sengdara "
    "sisavath sisouphanh somphone souksavanh soulivong ~vongsa vongphachanh viengkham xayasone "
    "thongloun "
    "~sok sopheap sophea sopheak sokha sokhom sothea sothy sovann sreymom sreyneang sreypov "
    "sreyleak "
    "chantha chanthou chenda ~dara kosal kunthea ~makara narin nary phalla phirun pisey piseth "
    "ratana ~rith "
    "samnang samphors sambath savuth seiha sinath sophal sophat thida ~vanna vannak veasna vibol "
    "vuthy "
    "bopha chhay ~heng kimsan kimheng ~mony pheakdey ~chea ~keo nhem prum chhim khieu ~aung kyaw "
    "~zaw htun "
    "~thein ~hlaing ~khin ~mya nyein phyo myint ~moe ~win ~maung naing ~htet htoo htay hnin ei ei "
    "thiri thandar "
    "thazin ~wai ~yan ~ye ~zin zarni ~min lwin ~soe ~swe ~thu ~tun ~than ~tin nwe nilar nandar "
    "~mar ~mon ~lin ~latt kyi "
    "khaing khant ~hein ~han ~cho ~chit ~chaw ~bo ~aye",
    // Vietnamese surnames and given names.
    "nguyễn trần ~lê phạm hoàng huỳnh ~phan ~vũ ~võ đặng bùi ~đỗ ~hồ ~ngô ~dương ~lý nguyen ~tran "
    "~pham huynh ~hoang "
    "~dang ~bui ~duong ~thị ~thi ~văn tuấn ~hùng ~dũng ~hương ~lan ~linh ~thảo ~trang ~ngọc "
    "~phương thủy ~hạnh hằng ~hiền "
    "quỳnh ~trinh ~yến ~khánh ~hải ~đức ~minh ~quân ~sơn ~thắng ~trung tùng ~cường ~kiên "
    "~long ~phúc ~tiến",
    // Chinese, Indian, Bengali, Nepali, Arabic; romanised.
    "~wang ~zhang ~liu ~chen ~yang ~huang ~zhao ~zhou ~xu ~zhu ~gao ~luo ~zheng ~liang ~xie ~tang "
    "~feng ~deng xiaoming "
    "xiaohong xiaoli jianguo weiming meiling lihua guoqiang ramesh suresh rajesh mahesh dinesh "
    "mukesh "
    "naresh rakesh sanjay vijay ajay anil sunil manoj vinod ashok ~arun amit rahul rohit ravi ~raj "
    "priya "
    "pooja ~neha kavita sunita anita ~rekha ~geeta lakshmi ~meena deepak deepika sharma verma "
    "gupta patel "
    "~singh ~kaur yadav mishra reddy nair iyer chatterjee banerjee mukherjee ~das ghosh ~sarkar "
    "chowdhury "
    "~rahman ~islam hossain hasan ~begum khatun akter sultana karim miah uddin rafiqul shahidul "
    "nasrin "
    "thapa gurung tamang ~rai limbu magar shrestha adhikari karki bhandari khadka basnet poudel "
    "sapkota "
    "~bishnu ~krishna ~maya ~gita ~sita ~prakash ~bahadur kumari abdullah abdulrahman fatima "
    "fatma aisha "
    "khadijah layla mahmoud mustapha tariq walid yasmin zaynab samira nadia noura rania ~murugan "
    "~selvi "
    "senthil karthik anandhi kumaran selvam",
    // Nigeria and the south.
    "chukwu chinedu chioma emeka ifeoma ikenna ~ngozi nkechi obinna okafor okonkwo ~uche adebayo "
    "adeola "
    "ayodele ~bola femi funmi ~olu olumide segun ~tunde yetunde aminu musa ~bello abubakar ~sani "
    "tendai "
    "tafadzwa ~chipo tatenda ~rudo ~farai ~banda ~phiri mwale ~zulu ~tembo chanda bwalya mulenga "
    "thabo sipho "
    "nomsa lerato kagiso dlamini ndlovu nkosi",
    // Ethiopic.
    "አበበ አበበች አበራ አብይ አዲሱ አለማየሁ አለሙ አልማዝ አማኑኤል አማረ አስፋው አስቴር አየለ አየለች አይናለም አዜብ በቀለ በላይ በላይነሽ ብርሃኑ "
    "ብርሃነ "
    "በየነ ብሩክ ዳዊት ደመቀ ደረጀ ደሳለኝ ~ደስታ ኤልሳቤጥ እንዳለ እሸቱ ኢየሩሳሌም ፈንቱ ፈቃዱ ፍቃዱ ፍቅሬ ፍቅሩ ፍሬሕይወት ፍጹም ገብሬ "
    "ገብረማርያም ገብረመድህን "
    "ገብረስላሴ ጌታቸው ጌታሁን ግርማ ግርማይ ሀብታሙ ሐጎስ ሓጎስ ኃይሌ ኃይሉ ሃይሌ ሃይሉ ኃይለማርያም ሐና ሃና ሄኖክ ሂሩት ~ሕይወት ~ህይወት ካሳ "
    "ካሳሁን ከበደ ከበቡሽ "
    "ኪዳነ ክዳን ቅድስት ለምለም ለማ ሊዲያ ማርቆስ ማርታ ማርያም መቅደስ መኮንን መላኩ መለስ መሰረት ~መስከረም መስፍን ምሕረት ሙላቱ ሙሉጌታ ሙሉ "
    "ነጋሽ ራሔል ራሄል ~ሳባ "
    "ሳህሌ ሳምራዊት ~ሰላም ሰላማዊት ሰናይት ስዩም ሺፈራው ሲሳይ ስንታየሁ ሰለሞን ታደለ ታደሰ ታምራት ታሪኩ ተክሌ ተክሉ ተስፋዬ ~ተስፋ ተሾመ "
    "ቴዎድሮስ ትዕግስት ትእግስት "
    "ጥላሁን ጥሩነሽ ፀጋዬ ጸጋዬ ፀሐይ ጸሃይ ጽዮን ወንድሙ ወንድወሰን ወርቅነህ ወርቁ ያሬድ የማነ የሺ ዮሴፍ ዮሐንስ ዮናስ ዘላለም ዘነበች ዘውዱ "
    "ዘሪሁን ሙሐመድ መሐመድ "
    "አሕመድ አህመድ አሊ ኢብራሂም ፋጡማ ፋጢማ ከድር ሰይድ ጀማል ሁሴን ሐሰን ሀሰን ቶለሳ ገመቹ ሜሮን ሜላት ሰብለ ሰብሊ ናርዶስ ህይወት ቃልኪዳን "
    "ብርቱካን አማን ሰሚራ ዘይነባ "
    "ለተብርሃን ኪሮስ ሃፍቱ ሓፍቱ ገብረእግዚኣብሔር ሰመረ ለተኪዳን",
    "wanjala wangila wabwire barongo nyakundi ombati nyamongo kemboi jepkosgei jepchirchir jelimo "
    "kiptum "
    "kimutai kiplagat cherono chepkemoi chepngetich jebet limo sang-ok mutiso musyoka mumo ndinda "
    "mbithi kilonzo mwende kalekye wayua muthama mutheu kamene nthenya syombua ~jimmy jimmie ~tony "
    "kelvin dennis collins evans felix geoffrey gideon hillary isaac japheth kennedy laban leonard "
    "moses nicholas nelson oscar philip reuben silas stanley timothy titus vincent wycliffe "
    "zachary "
    "abigail agnes alice caroline catherine christine cynthia deborah dorothy edith eunice evelyn "
    "florence gladys irene jackline janet josephine judith juliet lilian linet lydia margaret "
    "martha "
    "mildred millicent monica naomi nancy norah pauline phyllis priscilla purity rebecca roseline "
    "ruth selina stella susan sylvia teresia veronica violet winnie yvonne divine ~precious "
    "~blessing "
    "lurdes fátima fatima celeste helena mateus moisés domingos armando alberto zacarias ernesto "
    "theogene théogène innocent innocente olivier jeannette josiane consolate vestine spéciose "
    "alphonse anatole aloys bosco déogratias deogratias emmanuel évariste evariste fidèle gaspard "
    "godefroid hilaire janvier laurent libérate médiatrice melchior onesphore pacifique pascasie "
    "polycarpe prosper révérien salvator septime tharcisse thérence venant vénérand zacharie "
    "inès ineza ingabire iribagiza irakoze keza kaneza kanyana mutesi mutoni umutoni umuhoza "
    "umulisa "
    "uwase uwera uwineza gakuba gasana gatera kagabo kalisa kamanzi karangwa kayitesi ~mugabo "
    "~mugenzi "
    "munyaneza musoni mutabazi nkusi nsengimana rugamba rukundo rwema sebahire ~shema tuyisenge",
    // West, Central and southern Africa; the Horn.
    "traoré traore diallo keita coulibaly konaté konate touré toure camara cissé cisse ndiaye diop "
    "gueye "
    "mbaye diouf ~sarr ouattara ~koné kouassi kouadio kouamé adjoua akissi mensah owusu boateng "
    "asante "
    "appiah kwame kwabena kwaku akosua abena ~ama ~yaa moussa aïssatou aissatou fatoumata aminata "
    "mariama "
    "ousmane mamadou ibrahima abdoulaye seydou souleymane boubacar amadou oumar ramatou kadiatou "
    "kamara sesay koroma bangura conteh kargbo mansaray jalloh moyo sibanda ncube ~dube mpofu "
    "thandiwe "
    "nokuthula rutendo tinashe kudzai chiedza nyasha tariro mwansa mutale chilufya mulenga chisomo "
    "chikondi "
    "thokozani atangana mbarga fotso ngono ~ilunga kalala mukendi tshibanda kasongo mwamba kabongo "
    "lukusa ~ngoy kabamba mutombo atim akullo okumu tumwebaze namuli nalwadda nakazibwe regina "
    "~beauty "
    "adaeze ngozika ifeanyi tobechukwu liibaan ~cali xaaji maxamuud faarax cumar xuseen saciid "
    "ismaaciil "
    "canab deeqa ~idil tashoomee dabalaa caalaa bultum tolaa ibsaa lammii galataa gammachuu "
    "dirribaa "
    "fayyisaa boontuu caaltuu bilisee mootii kuulanii zeritu dieudonné dieudonne ~grâce godelieve "
    "emérance jean-bosco jean-pierre marie-claire marie-louise jean-claude mariamu zubeda mwajuma "
    "hidaya shamim rahima tatu-mwana sikujua tabu-mwana jamila latifa nasra swaumu yasinta "
    "theresia "
    "norhayati rosnani norazlina noraziah hashim rosli roslan jamaludin baharuddin kamariah ~abang "
    "hamza rashidi rashida htut zayar phyu su-su thura kaung sithu nandar yadanar villamor zaki "
    "ntahobari nahimana marie-goreth benson kiprop doreen miriam sutrisno arnel jennelyn thet yuli "
    "yulia sithole gugu gugulethu tolashii bayyanaa abdiisaa kadijaa jamaal odera lilian "
    "prossy "
    "hendrik tambunan ~dante salonga wairimu nabukenya joan abdirashid bounthavy ndikuriyo ciza "
    "léonie "
    "leonie nzohabonayo mukeshimana yuliana macuácua bayani macaraeg magbanua liezel merly jhon "
    "reymond jovelyn rhea rizalyn glenda mylene aileen",
    // Ethiopic, more.
    // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): a row of several lines
    "ደምሴ ገብሩ ታምራት ተስፋይ ሄለን ፍሬሕይወት ፍሬህይወት አስቴር አበራሽ ወይንሸት ጥላዬ ዘውዴ መንግስቱ አያሌው ባዬ ደበበ ንጉሴ ዳንኤል ሳሙኤል "
    "ጅብሪል አህመድ ሙሐመድ መሐመድ ዮናታን ናትናኤል ኤርሚያስ ሚካኤል ገብርኤል ቤተልሔም ቤዛዊት ፍሬወይኒ ኪሮስ ወልዴ "
    "ገብረመድህን ወልደስላሰ ኣልጋነሽ ሃብቶም ሃብታሙ ብርቱካን ታደለች ዘነበች አበባየሁ ትርሲት ማህሌት ረድኤት እየሩሳሌም ሐሊማ ዘይነባ ራህማ",
    // Devanagari, Bengali, Arabic.
    "इरफान इमरान फिरोज सलीम रहीम शबनम नसरीन रुखसाना अनिता ~आरती ~ज्योति मनीषा रेशमा গীতা রহিমা ফাতিমা "
    "सरोज विक्रम अमित मोहित सचिन विकास पंकज नीतू पूनम सोनिया रीना मीरा শারমিন সাবিনা নাজমা মৌসুমী নুরুল "
    "नूर हसीना जमीला मोहम्मद मोहमद इमरान सलमान अहमद अली खान बेगम फातिमा सुनिता सीता गिता राधा माया "
    "कमला विमला शान्ति "
    "सरिता "
    "बिमला प्रकाश कृष्णा गोपाल मोहन सोहन अर्जुन भीम लक्ष्मण देवी कुमार सिंह यादव वर्मा चौधरी राणा मगर राई "
    "लिम्बू "
    "शेर्पा पौडेल खड्का बस्नेत आबुल আবুল কালাম সালমা আক্তার জাহাঙ্গীর আলম মোহাম্মদ মোঃ আব্দুল করিম রহমান "
    "খান শেখ সরকার চৌধুরী দাস মন্ডল রানা সুমন রুবেল সোহেল জসিম কামাল জামাল নাসির শাহীন রোকেয়া ফাতেমা "
    "আমেনা সুমি রিনা শিল্পী",
    "राम श्याम रमेश सुरेश राजेश महेश दिनेश मुकेश संजय विजय अजय अनिल सुनील मनोज राहुल रोहित रवि प्रिया पूजा "
    "नेहा कविता सुनीता अनीता रेखा गीता लक्ष्मी मीना दीपक शर्मा वर्मा गुप्ता पटेल सिंह कौर यादव मिश्रा कुमार "
    "कुमारी थापा गुरुङ तामाङ श्रेष्ठ ~अधिकारी कार्की भण्डारी विष्णु कृष्ण हरि सीता बहादुर রহিম করিম রহমান "
    "~ইসলাম হোসেন হাসান বেগম খাতুন আক্তার সুলতানা মিয়া উদ্দিন রফিকুল শহিদুল নাসরিন আবদুল মোহাম্মদ ফাতেমা "
    "আয়েশা محمد أحمد احمد علي حسن حسين فاطمة عائشة خديجة مريم عبدالله عبدالرحمن إبراهيم ابراهيم "
    "يوسف "
    "سعاد رانيا نورة ريم دعاء ~هند سلمى لمياء ياسمين شيماء أسماء رشا دينا عبير زهراء خليل ~جمال "
    "~كمال طارق "
    "وليد سمير ماجد ~ناصر ~صالح ~عادل فهد ~سلطان ~بدر ياسر هاني رامي نبيل فيصل حمزة عمار بلال موسى "
    "عيسى داود "
    "سليمان هارون جابر ~مبارك عبده عبدي فرحان حليمة رقية صفية حواء حنيفة ~سارة ~أمل ~هدى منيرة "
    "بشير إسماعيل ~سالم بكر "
    "نوال سهام ابتسام إبتسام ~كريم مروان عماد أيمن أشرف حسام هشام أنس زياد "
    "عمر عثمان خالد محمود مصطفى سعيد زينب آمنة امينة سميرة نادية ليلى",
    "ሀና ትግስት ሳራ ሜሮን ሊዲያ ብርሃኑ ~ግርማ ታደሰ ታምራት መሀመድ አህመድ ሰለሞን ኢየሩሳሌም सुनिता तामाङ गुरुङ श्रेष्ठ முருகன்"};

constexpr std::string_view kThaiNames =
    "สมชาย สมหญิง สมศักดิ์ สมพร สมพงษ์ สมปอง สมจิตร สมหมาย สุชาติ สุดารัตน์ สุนีย์ สุกัญญา สุภาพร สุรชัย "
    "สุรศักดิ์ สุพรรณี สุวรรณา ประเสริฐ ประยุทธ์ ปราณี ประภาพร พรทิพย์ พรชัย วิชัย วิไลวรรณ วันเพ็ญ วรรณา วราภรณ์ "
    "วีระศักดิ์ วิเชียร ณรงค์ชัย ณรงค์ศักดิ์ ณัฐพงษ์ ณัฐวุฒิ ณัฐพล ณัฐธิดา นภาพร นงนุช นิภาพร มาลี มานี กมลวรรณ "
    "กาญจนา กนกวรรณ กิตติศักดิ์ กิตติพงษ์ กฤษดา ชัยวัฒน์ เฉลิมชัย ชนิดา ชาญชัย จิราภรณ์ จินตนา จันทร์เพ็ญ ภัทราพร "
    "พงษ์ศักดิ์ พิมพ์ชนก พิชัย ปิยะพร ปรีชา รัชนี รัตนาภรณ์ รุ่งนภา เสาวนีย์ ศราวุธ ศิริพร ศิริชัย สุมาลี ธนวัฒน์ ธนากร "
    "ธวัชชัย ธงชัย อุดมศักดิ์ วิรัตน์ ยุพิน อภิชาติ อนงค์ อนุชา อรุณี อารีรัตน์ เอกชัย บุญมี บุญส่ง บุญเรือง ทองดี แสงจันทร์ "
    "อรทัย เพ็ญศรี ลัดดา สายสุนีย์ ไพโรจน์ ไพบูลย์ สมศรี สมใจ สมนึก สมคิด สมยศ สมบูรณ์ชัย สุรีย์พร สุภาวดี สุจิตรา สุวิทย์ "
    "วิภาวดี วิมลรัตน์ วาสนา วันชัย วีระชัย วีรพงษ์ ศักดิ์ชัย ศศิธร ศิริลักษณ์ อัมพร อำนวยชัย อุไรวรรณ อัจฉรา ธิดารัตน์ "
    "ทัศนีย์ ทวีศักดิ์ นันทนา นิรันดร์ นิตยา ประสิทธิ์ชัย ประทุม ปิยะนุช พัชรี พิมลพรรณ ยุพา เยาวลักษณ์ ลำดวน ละออ สำราญ "
    "มณีรัตน์ กมลทิพย์ กัลยา เกศรา ขวัญใจ จารุวรรณ จำเนียร ชลธิชา ชุติมา ดวงใจ ดวงพร บุญช่วย บุญเลิศ บุษบา";

constexpr std::string_view kOrganisationWords =
    "perjalanan wisata biro umrah penyalur penempatan rekrutmen recrutement placement voyages "
    "tours "
    "travels manpower overseas "
    "ministry department office police embassy consulate court bureau unit desk agency agencies "
    "company "
    "companies ltd limited inc corp group groups association organisation organization foundation "
    "institute university college school church mosque hospital clinic hotel lodge resort "
    "restaurant bar "
    "market mall plaza tower towers building station airport port harbour bridge road street "
    "avenue lane "
    "highway estate district province region county state city town village island islands lake "
    "river "
    "mountain falls park beach bay valley hills house international national regional bank fund "
    "trust "
    "centre center shelter services service project programme program initiative network union "
    "party act "
    "law code convention protocol treaty resolution commission committee council cabinet "
    "parliament "
    "senate congress force forces army navy guard task hotline line support identification "
    "referral "
    "protection return rehabilitation victim victims witness officials officer officers airlines "
    "airways "
    "air express travel tours careers jobs job recruitment employment consultancy agents "
    "enterprise "
    "industries technology tech casino complex compound zone park border crossing checkpoint camp "
    "day week month year report reports guidelines manual policy plan strategy framework lanka "
    "leone "
    "arabia kong coast republic kingdom emirates states nations federation rica salvador lumpur "
    "minh "
    "korea guinea sudan africa asia sea ocean gulf peninsula media news times post daily herald "
    "standard "
    "human rights labour labor women children youth crime crimes corruption prosecution prosecutor "
    "attorney general director secretary minister president chief commissioner inspector "
    "magistrate judge "
    "high supreme appeal terminal stadium square mansion residence residences garden gardens "
    "golden "
    "triangle delta penal criminal anti counter trafficking persons contact kota guru mboga "
    "pertiwi "
    "jalan kampung desa kecamatan kabupaten provinsi polda polres polsek rumah sakit bandara "
    "pelabuhan "
    "barangay brgy sitio purok lungsod lalawigan bayan mtaa wilaya mkoa kaunti kijiji shirika "
    "kampuni "
    "wizara polisi kituo chuo shule benki hoteli kanisa msikiti thành phố tỉnh quận huyện công ty "
    "bộ "
    "rue ministère ambassade bureau société compagnie hôpital école université commissariat "
    "tribunal "
    "gare aéroport république province commune colline zone";
constexpr std::string_view kPlaceMakers =
    "lake fort port mount mt st saint san santa são sao santo cape camp hotel isla gulf bay lac "
    "mont "
    "sainte pulau gunung sungai danau kota bukit kampung ziwa mlima kisiwa dr-congo cyclone "
    "typhoon bagyo "
    "operation operesheni operasi opération project jalan jl jln lebuh lebuhraya barabara mtaa "
    "daraja "
    "soko uwanja ndege bandara đường phố thành tỉnh quận huyện rue avenue avenida rua calle praça "
    "plaza paseo boulevard airport aéroport aeroporto aeropuerto gare stade lycée université "
    "universitas universidade "
    "lapangan stasiun pelabuhan jembatan masjid gereja paliparan unibersidad kimataifa stadium "
    "chuo hospitali shule mtakatifu mto akarere karere umurenge murenge akagari kagari umudugudu "
    "mudugudu intara colline commune kabupaten kecamatan kelurahan desa wilaya mkoa kijiji tambon "
    "barangay brgy sitio purok lalawigan";
// Of these, the ones that are written small too and are no other word of the field's languages.
constexpr std::string_view kSmallPlaceMakers =
    "ziwa mlima kisiwa mto barabara mtaa daraja uwanja gunung sungai danau pulau kampung jalan lac "
    "mont rue avenue avenida quận huyện tỉnh đường phố karere murenge kagari mudugudu agace gace "
    "colline commune kabupaten kecamatan kelurahan desa wilaya mkoa kijiji barangay";
// Places, and a few things, whose names are also names of persons, or made of them.
constexpr std::string_view kPlaces[] = {"việt nam",
                                        "trung quốc",
                                        "hàn quốc",
                                        "thái lan",
                                        "hồ chí minh",
                                        "ho chi minh",
                                        "hải phòng",
                                        "hai phong",
                                        "đà nẵng",
                                        "hải dương",
                                        "hưng yên",
                                        "hà giang",
                                        "tây ninh",
                                        "an giang",
                                        "long an",
                                        "bình dương",
                                        "đồng tháp",
                                        "mộc bài",
                                        "lê lợi",
                                        "nguyễn huệ",
                                        "trần hưng đạo",
                                        "hai bà trưng",
                                        "julius nyerere",
                                        "jomo kenyatta",
                                        "daniel arap moi",
                                        "haile selassie",
                                        "nelson mandela",
                                        "kenneth kaunda",
                                        "idi amin",
                                        "tom mboya",
                                        "mama ngina",
                                        "moi avenue",
                                        "kofi annan",
                                        "ninoy aquino",
                                        "san fernando",
                                        "general santos",
                                        "quezon city",
                                        "rizal",
                                        "laguna",
                                        "soekarno",
                                        "soekarno hatta",
                                        "ngurah rai",
                                        "aung san",
                                        "abu dhabi",
                                        "abu simbel",
                                        "santa rosa",
                                        "san jose",
                                        "san pedro",
                                        "san juan",
                                        "santa cruz",
                                        "los angeles",
                                        "los ángeles",
                                        "sao paulo",
                                        "são paulo",
                                        "dag hammarskjöld",
                                        "martin luther king",
                                        "martin luther",
                                        "virgin mary",
                                        "abraham lincoln",
                                        "don bosco",
                                        "thomas cook",
                                        "uncle sam",
                                        "louis vuitton",
                                        "mr big",
                                        "angel's trumpet",
                                        "santa maria",
                                        "mary immaculate",
                                        "saint joseph",
                                        "prince george",
                                        "queen elizabeth",
                                        "king charles",
                                        "john lewis",
                                        "johnnie walker",
                                        "jack daniels",
                                        "mary magdalene",
                                        "melchior ndadaye",
                                        "cesar chavez",
                                        "simón bolívar",
                                        "eduardo mondlane",
                                        "samora machel",
                                        "agostinho neto",
                                        "patrice lumumba",
                                        "amílcar cabral",
                                        "don mueang",
                                        "kim il sung",
                                        "sun yat sen",
                                        "king's roman",
                                        "king's romans",
                                        "kings roman",
                                        "kings romans",
                                        "prince albert",
                                        "carolina do",
                                        "white nile",
                                        "dow jones",
                                        "johns hopkins",
                                        "grâce à",
                                        "mary's parish",
                                        "si thammarat",
                                        "si ayutthaya",
                                        "si sa",
                                        "sa ket",
                                        "ad dākhilīyah",
                                        "ad dawḩah",
                                        "sultan kudarat",
                                        "bà rịa",
                                        "khánh hòa",
                                        "ubon ratchathani",
                                        "ubon",
                                        "chaiyaphum",
                                        "simiyu",
                                        "moyo",
                                        "kiên giang",
                                        "tiền giang",
                                        "hậu giang",
                                        "bắc giang",
                                        "hà tĩnh",
                                        "bình phước",
                                        "bình định",
                                        "thái nguyên",
                                        "thái bình",
                                        "hòa bình",
                                        "vĩnh long",
                                        "phú yên",
                                        "phú thọ",
                                        "hà nam",
                                        "gia lai",
                                        "lâm đồng",
                                        "robert's rules",
                                        "wat pho",
                                        "sa kaeo"};
constexpr std::string_view kParticles =
    "de da do dos das del dela la los van von der den bin binti bint ibn al el wa ole arap ap bt "
    "bte "
    "anak a/l a/p s/o d/o du le y e thi thị văn abu abdul";

// What long names begin with, where hardly any other word does: names of Burundi and Rwanda that
// are sentences, Ethiopian and Arabic ones that are compounds, Thai and Lao surnames.
constexpr std::string_view kNameStarts =
    "nyira nurul nurha nurai norha noraz norli norai siti-n niyon niyog niyok niyib ndayi nshimi "
    "nduwi nduwa nkurunz habim habiy habin habar habon habum "
    "habug habya hakiz hakut hakuz hatungi hategek havugi harerim uwima uwama uwine uwimbab mukam "
    "mukan mukas mukag iradu irakoz irambon irankun tuyis tuyiz tuyam tuyik twagir twizer nsengi "
    "nsengiy nsabim nsanzi nsabiy ntahon nzohab nzobon ntaki ntawu ntahom ntiran ntezi bizim "
    "bigiri manirak manirag "
    "maniram manirum ndikum ndihok nizeyi nizigi nimbona ngendak ngendah nzoyi nzeyi kabura "
    "gahungu nibizi nijimb ningab sindayi singiran barany barankan bukuru hitim ngabonz nkundi "
    "munyan munyesh mugishaw rutagen rwagas byiring bimeny sinzinka gebrem gebres gebreh gebrek "
    "gebrey gebree gebreg hailem hailes haileg woldem woldes woldeg woldey woldet teklem teklehay "
    "habtem habtes habteg kidanem abdulr abdulk abdulh abdulm abdulw abdulaz abdulla abdullah "
    "abdira abdirah abdirahm abdirash abdikar abdikad abdisal abdishak abdinas abdinur abdifat "
    "abdiwel abdihak abdelr abdelk abdela wongsaw wongsir wongchai wongsak wongsuk phommach "
    "phommav phommas vongsav vongsak vongkham vongphach vongxay soukkas soukhas soulivo keomany "
    "keobou douangch douangm inthavo sengsav sengsou bounthav bounmy khamphou chanthavo "
    "chantharav chaiyaph chaiyas rattanap rattanas boonyar suwannar suwannap srisuk srisawat "
    "thongchai thongdee thongsuk ssemw ssemp sseba ssebu ssebw sseka ssekit ssekim ssent ssenk "
    "ssenny ssenny nsubug mukwan mukhwan oluwa olufem adeyem adebol chukwue chukwun nwank nwosu "
    "onyeka ifeany okechuk nakay nakat nakib nakim nakig nakal nalube nalugo nalule naluyi nalwan "
    "nalwog namubi namukas namuli nantab nantong nantume nassal nassuu nassan nabiry nabisu "
    "nabukee "
    "nabatan nabulo ssekan ssekit ssekam ssemak ssemat ssemba ssemp ssenyo ssent ssebug ssebun";
constexpr size_t kStartKeyBytes = 4;
constexpr size_t kLongNameBytesMin = 7;
constexpr size_t kCompoundPartMin = 4;
constexpr size_t kCompoundMax = 24;

// Whether a word begins with a syllable of U+1200 to U+137F.
bool IsEthiopic(std::string_view word) {
  return word.size() >= 3 && word[0] == '\xE1' && static_cast<unsigned char>(word[1]) >= 0x88 &&
         static_cast<unsigned char>(word[1]) <= 0x8D;
}

// Amharic writes some sounds with any of several letters, and names with all of them.
char32_t FoldHomophone(char32_t syllable) {
  if (syllable >= 0x1210 && syllable <= 0x1216) syllable -= 0x10;  // Three rows of h.
  if (syllable >= 0x1280 && syllable <= 0x1286) syllable -= 0x80;
  if (syllable >= 0x1220 && syllable <= 0x1226) syllable += 0x10;  // Two of s,
  if (syllable >= 0x12D0 && syllable <= 0x12D6) syllable -= 0x30;  // of the glottal stop,
  if (syllable >= 0x1340 && syllable <= 0x1346) syllable -= 0x08;  // and of ts'.
  if (syllable == 0x1200) return 0x1203;
  if (syllable == 0x12A0) return 0x12A3;
  return syllable;
}

std::string FoldHomophones(std::string_view word) {
  std::string folded;
  for (size_t at = 0; at < word.size();) {
    const size_t begin = at;
    const int32_t code_point = NextCodePoint(word, at);
    if (code_point < 0x1200 || code_point > 0x137F) {
      folded.append(word.substr(begin, at - begin));
      continue;
    }
    const char32_t syllable = FoldHomophone(static_cast<char32_t>(code_point));
    folded.push_back('\xE1');
    folded.push_back(static_cast<char>(0x80 | ((syllable >> 6) & 0x3F)));
    folded.push_back(static_cast<char>(0x80 | (syllable & 0x3F)));
  }
  return folded;
}

constexpr size_t kThaiLetters = 0x80;
constexpr int32_t kFirstThai = 0x0E00;

// Of the letter that `text` begins with; kThaiLetters or more where it is not Thai.
size_t ThaiLetter(std::string_view text) {
  if (text.empty()) return kThaiLetters;
  size_t at = 0;
  return static_cast<size_t>(NextCodePoint(text, at) - kFirstThai);
}

struct Lists {
  absl::flat_hash_map<std::string, NameStrength> names;
  absl::flat_hash_set<std::string> organisations;
  absl::flat_hash_set<std::string> place_makers;
  absl::flat_hash_set<std::string> small_place_makers;
  absl::flat_hash_set<std::string> particles;
  absl::flat_hash_set<std::string> places;
  std::array<std::vector<std::string>, kThaiLetters> thai;  // By the first letter, in order.
  absl::flat_hash_map<std::string_view, std::vector<std::string_view>> starts;  // By four letters.

  Lists() {
    for (absl::string_view start : absl::StrSplit(A(kNameStarts), ' ', absl::SkipEmpty())) {
      starts[S(start).substr(0, kStartKeyBytes)].push_back(S(start));
    }
    for (std::string_view row : kNames) AddNames(row);
    Add(kOrganisationWords, organisations);
    Add(kPlaceMakers, place_makers);
    Add(kSmallPlaceMakers, small_place_makers);
    Add(kParticles, particles);
    for (std::string_view place : kPlaces) places.insert(Fold(A(place)));
    for (absl::string_view word : absl::StrSplit(A(kThaiNames), ' ', absl::SkipEmpty())) {
      std::string name = Fold(word);
      if (const size_t letter = ThaiLetter(name); letter < kThaiLetters) {
        thai[letter].push_back(std::move(name));
      }
    }
    for (std::vector<std::string>& same : thai) std::sort(same.begin(), same.end());
  }

  static std::string Fold(absl::string_view word) {
    return TextView(S(word), TextView::Case::kFold).text();
  }

  void AddNames(std::string_view row) {
    for (absl::string_view word : absl::StrSplit(A(row), ' ', absl::SkipEmpty())) {
      const bool weak = word.front() == '~';
      if (weak) word.remove_prefix(1);
      std::string folded = Fold(word);
      if (IsEthiopic(folded)) folded = FoldHomophones(folded);
      // Short ones are also words of other languages.
      const bool brief = folded.size() < 4;
      auto [place, added] = names.emplace(
          std::move(folded), weak || brief ? NameStrength::kWeak : NameStrength::kStrong);
      if (!added && weak) place->second = NameStrength::kWeak;
    }
  }

  static void Add(std::string_view words, absl::flat_hash_set<std::string>& to) {
    for (absl::string_view word : absl::StrSplit(A(words), ' ', absl::SkipEmpty())) {
      to.insert(Fold(word));
    }
  }
};

const Lists& TheLists() {
  static const Lists& lists = *new Lists;
  return lists;
}

bool BeginsLikeName(std::string_view word) {
  if (word.size() < kLongNameBytesMin) return false;
  const auto& starts = TheLists().starts;
  const auto found = starts.find(word.substr(0, kStartKeyBytes));
  return found != starts.end() &&
         std::any_of(found->second.begin(), found->second.end(), [word](std::string_view start) {
           return word.substr(0, start.size()) == start;
         });
}

}  // namespace

NameStrength NameStrengthOf(std::string_view word) {
  if (IsEthiopic(word)) {
    const auto named = TheLists().names.find(FoldHomophones(word));
    return named == TheLists().names.end() ? NameStrength::kNone : named->second;
  }
  const auto found = TheLists().names.find(A(word));
  if (found != TheLists().names.end()) return found->second;
  return BeginsLikeName(word) ? NameStrength::kStrong : NameStrength::kNone;
}

bool IsNameCompound(std::string_view word) {
  if (word.size() < 2 * kCompoundPartMin || word.size() > kCompoundMax) return false;
  const auto& names = TheLists().names;
  const auto strong = [&names](std::string_view part) {
    const auto found = names.find(A(part));
    return found != names.end() && found->second == NameStrength::kStrong;
  };
  for (size_t size = kCompoundPartMin; size + kCompoundPartMin <= word.size(); ++size) {
    if (strong(word.substr(0, size)) && strong(word.substr(size))) return true;
  }
  return false;
}

bool IsOrganisationWord(std::string_view word) {
  return TheLists().organisations.contains(A(word));
}
bool MakesPlace(std::string_view word) { return TheLists().place_makers.contains(A(word)); }
bool MakesPlaceInSmallLetters(std::string_view word) {
  return TheLists().small_place_makers.contains(A(word));
}
bool IsPlace(std::string_view words) { return TheLists().places.contains(A(words)); }
bool IsNameParticle(std::string_view word) { return TheLists().particles.contains(A(word)); }

size_t ThaiNamePrefix(std::string_view text) {
  const size_t letter = ThaiLetter(text);
  if (letter >= kThaiLetters) return 0;
  const std::vector<std::string>& names = TheLists().thai[letter];
  // The last name that is not behind the text may be one that it begins with.
  auto next = std::upper_bound(names.begin(), names.end(), text);
  for (int tries = 0; next != names.begin() && tries < 3; ++tries) {
    --next;
    if (text.substr(0, next->size()) == *next) return next->size();
  }
  return 0;
}

}  // namespace corridor
